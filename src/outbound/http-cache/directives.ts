/**
 * The cache directives of a response: in a field for caches of this kind (RFC 9213), or in `Cache-Control` and `Expires`.
 */
import { parseDictionary } from 'structured-headers';
import { type Directives, directivesOf } from '../../http/headers/cache-control.ts';
import { fieldOf } from '../../http/headers/raw-headers.ts';

/** In order of precedence (RFC 9213 §2.2). */
const TARGETED = ['cdn-cache-control'];

const DURATION_DIRECTIVES: ReadonlySet<string> = new Set([
  'max-age',
  's-maxage',
  'stale-while-revalidate',
  'stale-if-error',
]);

export interface CachePolicy {
  readonly control: Directives;
  /** Whether the directives are from a targeted field: then `Cache-Control` and `Expires` are ignored. */
  readonly isTargeted: boolean;
}

export function cachePolicyOf(raw: readonly string[]): CachePolicy {
  for (const name of TARGETED) {
    const control = targetedDirectives(fieldOf(raw, name));
    if (control !== undefined) return { control, isTargeted: true };
  }
  return { control: directivesOf(fieldOf(raw, 'cache-control')), isTargeted: false };
}

/** @returns undefined for a field that is empty or not a structured dictionary, which is ignored (§2.1) */
function targetedDirectives(value: string | undefined): Directives | undefined {
  const members = parseDictionaryOrUndefined(value);
  if (members === undefined || members.size === 0) return undefined;
  const control = new Map<string, string>();
  for (const [name, [item]] of members) {
    // A directive whose value has the wrong type is ignored (§2.1).
    if (DURATION_DIRECTIVES.has(name) ? !isSeconds(item) : item === false) continue;
    control.set(name, typeof item === 'boolean' || Array.isArray(item) ? '' : String(item));
  }
  return control;
}

const isSeconds = (item: unknown): boolean => Number.isInteger(item) && Number(item) >= 0;

function parseDictionaryOrUndefined(value: string | undefined) {
  if (value === undefined) return undefined;
  try {
    return parseDictionary(value);
  } catch {
    return undefined;
  }
}

/** The members of a list, in lower case. */
export const listMembers = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((member) => member.trim().toLowerCase())
    .filter(Boolean);
