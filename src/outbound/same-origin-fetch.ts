/**
 * Sends a GET request and follows redirects on the same server only, as a redirect to another server may name an address
 * that only this process can reach.
 */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 3;

/** @param send another way to send requests, such as one with certificates
 * @throws Error with a reason that names no address */
export async function fetchWithinOrigin(
  url: string,
  init: RequestInit,
  send: Fetch = fetch,
): Promise<Response> {
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const response = await send(at, { ...init, redirect: 'manual' });
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) return response;
    await response.body?.cancel();
    const next = URL.parse(location, at);
    if (next?.origin !== new URL(url).origin) throw new Error('it redirects to another server');
    if (redirects === MAX_REDIRECTS) throw new Error(`it redirects more than ${MAX_REDIRECTS} times`);
    at = next.href;
  }
}
