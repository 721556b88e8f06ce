/**
 * Unites OAuth 2.0 schemes of several services that differ only in their scopes, so that clients of the public document
 * sign in once. Each service declares only the scopes that it uses.
 */
import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json } from '../load/grammar.ts';

/** The scheme of each document by its name; schemes of other types are left out. */
export function uniteScopes(documents: readonly Json[]): ReadonlyMap<string, readonly Json[]> {
  const united = new Map<string, Json[]>();
  for (const document of documents)
    for (const [name, scheme] of Object.entries(schemesIn(document))) {
      if (!isObject(scheme) || scheme.type !== 'oauth2' || !isObject(scheme.flows)) continue;
      const known = united.get(name) ?? [];
      united.set(name, known);
      const index = known.findIndex((other) =>
        isDeepStrictEqual(withoutScopes(other), withoutScopes(scheme)),
      );
      if (index < 0) known.push(scheme);
      else known[index] = withScopesOf(known[index] as Json, scheme);
    }
  return united;
}

/** The document with the united schemes. */
export function withUnitedScopes(document: Json, united: ReadonlyMap<string, readonly Json[]>): Json {
  const schemes = Object.entries(schemesIn(document)).map(([name, scheme]) => {
    const whole =
      isObject(scheme) &&
      united.get(name)?.find((other) => isDeepStrictEqual(withoutScopes(other), withoutScopes(scheme)));
    return [name, whole || scheme];
  });
  if (schemes.length === 0) return document;
  return {
    ...document,
    components: { ...(document.components as Json), securitySchemes: Object.fromEntries(schemes) },
  };
}

const schemesIn = ({ components }: Json): Json =>
  isObject(components) && isObject(components.securitySchemes) ? components.securitySchemes : {};

const mapFlows = (scheme: Json, change: (flow: Json, name: string) => Json): Json => ({
  ...scheme,
  flows: Object.fromEntries(
    Object.entries((scheme.flows ?? {}) as Json).map(([name, flow]) => [
      name,
      isObject(flow) ? change(flow, name) : flow,
    ]),
  ),
});

const withoutScopes = (scheme: Json): Json => mapFlows(scheme, ({ scopes: _, ...flow }) => flow);

/** The first description of a scope is kept. */
const withScopesOf = (scheme: Json, other: Json): Json =>
  mapFlows(scheme, (flow, name) => {
    const added = (other.flows as Json)[name];
    const scopes = { ...(isObject(added) && isObject(added.scopes) ? added.scopes : {}) };
    return {
      ...flow,
      scopes: { ...(isObject(flow.scopes) ? flow.scopes : {}), ...remaining(scopes, flow.scopes) },
    };
  });

const remaining = (scopes: Json, known: unknown): Json =>
  Object.fromEntries(
    Object.entries(scopes).filter(([name]) => !isObject(known) || !Object.hasOwn(known, name)),
  );
