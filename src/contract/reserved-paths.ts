/** First path segments of the gateway's own pages. No service can serve a path below them. */
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

/**
 * The decoded first segment: `/%73tatus` is `/status` (RFC 3986 §6.2.2.2).
 * @param target a path, with or without a query
 */
export const firstSegment = (target: string): string => {
  const rest = target.slice(1);
  const end = rest.search(/[/?]/);
  const segment = end < 0 ? rest : rest.slice(0, end);
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};
