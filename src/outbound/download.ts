/**
 * Gets a document from elsewhere: with a time limit, a size limit, and another try where the first fails. Redirects are
 * followed on the same server only: what a server names elsewhere may be an address that only this process can reach.
 */
import { ExponentialBackoff, handleAll, retry, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { ConfigError } from '../config/config-error.ts';
import { ChunkBuffer } from '../http/body/chunk-buffer.ts';

const TIME = 15_000;
const MOST_BYTES = 64 * 1024 ** 2;

const policy = wrap(
  timeout(TIME, TimeoutStrategy.Aggressive),
  retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
);

interface Downloaded {
  readonly text: string;
  readonly etag: string | undefined;
}

export interface DownloadOptions {
  /** Of what is there already (RFC 9110 §13.1.2). */
  readonly etag?: string | undefined;
  /** Told of bytes as they arrive. @throws where they are too many together with others */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * @returns undefined when what is there already is still the newest
 * @throws ConfigError in one line that names the URL
 */
export async function download(
  url: string,
  { etag, onBytes }: DownloadOptions = {},
): Promise<Downloaded | undefined> {
  try {
    return await policy.execute(async ({ signal }) => {
      const response = await follow(url, {
        signal,
        headers: {
          Accept: 'application/json, application/yaml, */*;q=0.5',
          ...(etag !== undefined && { 'If-None-Match': etag }),
        },
      });
      if (etag !== undefined && response.status === 304) return undefined;
      if (!response.ok) throw new Error(`the answer has the status ${response.status}`);
      return { text: await textOf(response, onBytes), etag: response.headers.get('etag') ?? undefined };
    });
  } catch (cause) {
    throw new ConfigError(
      `${url}: cannot be had: ${(cause as Error).message}; look at it in a browser`,
      cause,
    );
  }
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 3;

async function follow(url: string, init: RequestInit): Promise<Response> {
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(at, { ...init, redirect: 'manual' });
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) return response;
    await response.body?.cancel();
    const next = URL.parse(location, at);
    if (next?.origin !== new URL(url).origin) throw new Error('it redirects to another server');
    if (redirects === MOST_REDIRECTS) throw new Error(`it redirects more than ${MOST_REDIRECTS} times`);
    at = next.href;
  }
}

/** No more is read than may be held. */
async function textOf({ body }: Response, onBytes?: (bytes: number) => void): Promise<string> {
  const pieces = new ChunkBuffer();
  for await (const chunk of body ?? []) {
    onBytes?.(chunk.length);
    if (pieces.byteLength + chunk.length > MOST_BYTES)
      throw new Error(`it is larger than ${MOST_BYTES} bytes`);
    pieces.append(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  }
  return new TextDecoder().decode(pieces.toBuffer());
}
