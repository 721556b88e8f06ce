/**
 * Response headers that restrict what a browser does with a response (the set of helmet without deprecated ones and
 * those that do not suit every server), with a content policy for an API. They are a raw array, which is appended
 * to the head: with `res.setHeader` Node would merge the headers of every response.
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

/**
 * @param changes other values, such as the content policy of a page
 * @returns a raw array: name, value, name, value …
 */
export const securityHeaders = (changes: Readonly<Record<string, string>> = {}): readonly string[] =>
  Object.entries({ ...HEADERS, ...changes }).flat();
