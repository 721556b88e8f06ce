/**
 * Downloads a document with a time limit, a size limit, and retries. Redirects are followed on the same server only, as
 * a redirect to another server may name an address that only this process can reach.
 */
import { ExponentialBackoff, handleAll, retry, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { Agent, fetch as fetchVia } from 'undici';
import { ConfigError } from '../config/config-error.ts';
import { ChunkBuffer } from '../http/body/chunk-buffer.ts';
import { causeText } from '../http/problems/cause.ts';
import { connectOptions, type UpstreamTls } from './upstream-tls.ts';

const TIMEOUT = 15_000;
const MAX_BYTES = 64 * 1024 ** 2;

const policy = wrap(
  timeout(TIMEOUT, TimeoutStrategy.Aggressive),
  retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
);

interface Downloaded {
  readonly text: string;
  readonly etag: string | undefined;
}

export interface DownloadOptions {
  /** Entity tag of the document that is there already (RFC 9110 §13.1.2). */
  readonly etag?: string | undefined;
  /** Called with the bytes that arrive. @throws where they are too many together with those of other documents */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Certificates for TLS connections. */
  readonly tls?: UpstreamTls | undefined;
}

/**
 * @returns undefined when the document has not changed
 * @throws ConfigError with one line that names the URL
 */
export async function download(
  url: string,
  { etag, onBytes, tls }: DownloadOptions = {},
): Promise<Downloaded | undefined> {
  const agent = tls && new Agent({ connect: connectOptions(tls) });
  try {
    return await policy.execute(async ({ signal }) => {
      const response = await fetchFollowingRedirects(fetcherFor(agent), url, {
        signal,
        headers: {
          Accept: 'application/json, application/yaml, */*;q=0.5',
          ...(etag !== undefined && { 'If-None-Match': etag }),
        },
      });
      if (etag !== undefined && response.status === 304) return undefined;
      if (!response.ok) throw new Error(`the response has the status ${response.status}`);
      return { text: await readText(response, onBytes), etag: response.headers.get('etag') ?? undefined };
    });
  } catch (cause) {
    const reason = causeText(cause) ?? (cause as Error).message;
    throw new ConfigError(`${url}: cannot be downloaded: ${reason}; open the URL in a browser`, cause);
  } finally {
    await agent?.destroy();
  }
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The `fetch` of Node accepts no agent of another version of undici. */
const fetcherFor =
  (agent: Agent | undefined): Fetch =>
  (url, init) =>
    agent
      ? (fetchVia(url, { ...init, dispatcher: agent } as never) as unknown as Promise<Response>)
      : fetch(url, init);

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 3;

async function fetchFollowingRedirects(send: Fetch, url: string, init: RequestInit): Promise<Response> {
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

async function readText({ body }: Response, onBytes?: (bytes: number) => void): Promise<string> {
  const pieces = new ChunkBuffer();
  for await (const chunk of body ?? []) {
    onBytes?.(chunk.length);
    if (pieces.byteLength + chunk.length > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    pieces.append(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  }
  return new TextDecoder().decode(pieces.toBuffer());
}
