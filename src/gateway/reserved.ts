/** First path segments that the gateway answers itself; no service may own a path under one. */
export const RESERVED_SEGMENTS: ReadonlySet<string> = new Set([
  '',
  'docs',
  'explorer',
  'health',
  'openapi',
  'openapi.json',
  'openapi.yaml',
  'problems',
  'rels',
  'status',
  '.well-known',
]);

/** Decoded: `/%73tatus` is `/status` (RFC 3986 §6.2.2.2). */
export const firstSegment = (path: string): string => {
  const segment = path.split('/', 2)[1] ?? '';
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};
