/** `Prefer` (RFC 7240): preferences of a client. A server may ignore them, and reports those that it applied. */

/**
 * The preferences by lower-case name; the first of several counts. A preference without a value is the empty
 * string.
 */
export function preferences(header: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [preference] of (header ?? '').matchAll(/[^,"]*(?:"[^"]*"[^,"]*)*/g)) {
    const match = /^\s*([!#$%&'*+\-.^_`|~\w]+)\s*(?:=\s*(?:"([^"]*)"|([^\s;"]*)))?/.exec(preference);
    const [, name = '', quoted, token] = match ?? [];
    if (name !== '' && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), quoted ?? token ?? '');
  }
  return found;
}
