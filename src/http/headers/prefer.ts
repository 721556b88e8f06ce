/** `Prefer` (RFC 7240): what a caller would rather have; a server may do otherwise, and says what it applied. */

/** Preferences by their lower-case names, the first of each; one without a value is the empty string. */
export function preferences(header: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [preference] of (header ?? '').matchAll(/[^,"]*(?:"[^"]*"[^,"]*)*/g)) {
    const match = /^\s*([!#$%&'*+\-.^_`|~\w]+)\s*(?:=\s*(?:"([^"]*)"|([^\s;"]*)))?/.exec(preference);
    const [, name = '', quoted, token] = match ?? [];
    if (name !== '' && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), quoted ?? token ?? '');
  }
  return found;
}
