/** Paths that others write, such as the page to return to. Only those of this server are accepted: no open redirects. */

const BASE = 'http://here';

/** What browsers ignore or change in a URL (URL §4.4), so that the text does not show where it leads. */
const UNSAFE = /[\p{Cc}\\]/u;

/**
 * Path and query of a reference to this server.
 * @returns undefined for a reference that may lead to another server
 */
export function localPath(text: string): string | undefined {
  if (!text.startsWith('/') || UNSAFE.test(text)) return undefined;
  const url = URL.parse(text, BASE);
  if (url?.origin !== BASE) return undefined;
  const path = url.pathname + url.search;
  // `/.//evil.example` becomes `//evil.example`.
  return path.startsWith('//') ? undefined : path;
}
