/** A path of member names and indexes → JSON Pointer in its URI fragment form (RFC 6901 §6). */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  `#${path.map((segment) => `/${encodeURIComponent(String(segment).replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`;
