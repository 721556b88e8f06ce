/**
 * Names the grants of a caller as the document of a service does: `gateway.yaml` may verify the scheme `bearerAuth` of
 * a document by its own scheme `staff`. A service knows only its document.
 */
import type { Caller, Grants } from '../../contract/caller.ts';

/**
 * @param names the names in `gateway.yaml` by the names in the document
 * @returns undefined if the names are the same
 */
export function documentGrants(names: ReadonlyMap<string, string>): ((caller: Caller) => Caller) | undefined {
  if ([...names].every(([inDocument, own]) => inDocument === own)) return undefined;
  const known = new WeakMap<Caller, Caller>();
  return (caller) => {
    const renamed = known.get(caller) ?? { ...caller, grants: renameGrants(caller.grants, names) };
    known.set(caller, renamed);
    return renamed;
  };
}

/** Schemes that the document does not have keep their names, unless it uses the name for another scheme. */
function renameGrants(grants: Grants, names: ReadonlyMap<string, string>): Grants {
  const mapped = new Set(names.values());
  const others = [...grants].filter(([scheme]) => !mapped.has(scheme) && !names.has(scheme));
  const own = [...names].flatMap(([inDocument, scheme]) => {
    const scopes = grants.get(scheme);
    return scopes === undefined ? [] : [[inDocument, scopes] as const];
  });
  return new Map([...own, ...others]);
}
