/**
 * Decides whether an operation may be called with given scopes (OpenAPI 3.1 §4.8.30): one of its requirements has to
 * hold, all schemes of a requirement together, with all scopes of each. The requirement `{}` allows anonymous calls.
 */
import type { Grants } from '../contract/caller.ts';
import { isObject, type Json } from './load/grammar.ts';

interface SchemeRequirement {
  /** The name in `components.securitySchemes`. */
  readonly scheme: string;
  readonly scopes: readonly string[];
}

/** The schemes that are needed together. Empty for anonymous calls. */
export type Requirement = readonly SchemeRequirement[];

/** Alternatives: one of them has to hold. */
export type Requirements = readonly Requirement[];

/**
 * The requirements of an operation, or of its document where it has none. What cannot be read never makes an operation
 * public: it becomes a requirement that no credentials satisfy.
 * @returns undefined if neither says anything
 */
export function compileRequirements(document: Json, operation: Json): Requirements | undefined {
  const declared = operation.security ?? document.security;
  if (declared === undefined || declared === null) return undefined;
  if (!Array.isArray(declared)) return [IMPOSSIBLE];
  if (declared.length === 0) return [[]];
  return declared.map((requirement) =>
    isObject(requirement) ? compileRequirement(requirement) : IMPOSSIBLE,
  );
}

/** `oauth:` without a value, as YAML has it, is a scheme without scopes. Any other value may mean a scope. */
function compileRequirement(requirement: Json): Requirement {
  const entries = Object.entries(requirement);
  if (!entries.every(([, scopes]) => Array.isArray(scopes) || scopes === null)) return IMPOSSIBLE;
  return entries.map(([scheme, scopes]) => ({ scheme, scopes: ((scopes ?? []) as unknown[]).map(String) }));
}

/** No scheme has an empty name. */
const IMPOSSIBLE: Requirement = [{ scheme: '', scopes: [] }];

/** Whether anyone may call the operation. */
export const isPublic = (requirements: Requirements): boolean =>
  requirements.some(({ length }) => length === 0);

export const isAllowed = (requirements: Requirements, grants: Grants): boolean =>
  requirements.some((requirement) => requirement.every((part) => holds(part, grants)));

/** The scopes that are missing for the requirement that needs the fewest more, of those whose schemes are all present. */
export function missingScopes(requirements: Requirements, grants: Grants): readonly string[] {
  const missing = requirements
    .filter((requirement) => requirement.every(({ scheme }) => grants.has(scheme)))
    .map((requirement) =>
      requirement.flatMap(({ scheme, scopes }) => scopes.filter((scope) => !grants.get(scheme)?.has(scope))),
    );
  return missing.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function holds({ scheme, scopes }: SchemeRequirement, grants: Grants): boolean {
  const granted = grants.get(scheme);
  return granted !== undefined && scopes.every((scope) => granted.has(scope));
}
