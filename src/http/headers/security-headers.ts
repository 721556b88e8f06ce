/**
 * Response headers that keep a browser from doing more with an answer than it should (helmet's set without what is
 * deprecated or not for every server), with a content policy for an API. A raw array that is appended to a head: `res.setHeader` would make Node merge
 * headers for every answer.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Permitted-Cross-Domain-Policies': 'none',
};

/** Name, value, name, value …; a page names another content policy. */
export const securityHeaders = (changes: Readonly<Record<string, string>> = {}): readonly string[] =>
  Object.entries({ ...HEADERS, ...changes }).flat();
