/**
 * Tells whether what a server sends can be trusted: its URL is `https`, or `http` to this machine. Keys and secrets are
 * exchanged with such servers only, because anybody between could replace them.
 */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The parser would also accept spaces around a URL, and `https:host`. */
const WHOLE_URL = /^https?:\/\/[^\s#]+$/;

/** @param text a URL without user name, password and fragment, otherwise the result is false */
export function isSecureUrl(text: string): boolean {
  const url = WHOLE_URL.test(text) ? URL.parse(text) : null;
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || isLoopbackUrl(text);
}

export function isLoopbackUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'http:' && LOOPBACK.test(url.hostname);
}
