/** What a browser decides about responses to requests of another origin (Fetch §3.2, §4.8 and §4.9), as a model. */

export interface CorsRequest {
  readonly origin: string;
  /** Whether the request is sent with cookies (`credentials: 'include'`). */
  readonly isWithCredentials: boolean;
  readonly method: string;
  /** Names of headers that need permission. */
  readonly headers: readonly string[];
}

type Headers = Readonly<Record<string, string | undefined>>;

const tokens = (value: string | undefined): string[] =>
  (value ?? '').split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));

/** The CORS check (§4.9): whether the page may read the response. */
export function passesCorsCheck(headers: Headers, { origin, isWithCredentials }: CorsRequest): boolean {
  const allowed = headers['access-control-allow-origin'];
  if (allowed === undefined) return false;
  if (!isWithCredentials && allowed === '*') return true;
  if (allowed !== origin) return false;
  return !isWithCredentials || headers['access-control-allow-credentials'] === 'true';
}

/** The CORS-preflight fetch (§4.8): whether the request is sent at all. */
export function passesPreflight(
  { status, headers }: { readonly status: number; readonly headers: Headers },
  request: CorsRequest,
): boolean {
  if (!passesCorsCheck(headers, request) || status < 200 || status > 299) return false;
  const methods = tokens(headers['access-control-allow-methods']);
  const names = tokens(headers['access-control-allow-headers']).map((name) => name.toLowerCase());
  const isAny = (list: readonly string[]) => !request.isWithCredentials && list.includes('*');
  const isMethodAllowed =
    ['GET', 'HEAD', 'POST'].includes(request.method) || methods.includes(request.method) || isAny(methods);
  return (
    isMethodAllowed &&
    request.headers.every(
      (name) =>
        names.includes(name.toLowerCase()) || (isAny(names) && name.toLowerCase() !== 'authorization'),
    )
  );
}
