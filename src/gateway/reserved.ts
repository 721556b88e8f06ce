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

export const firstSegment = (path: string): string => path.split('/', 2)[1] ?? '';
