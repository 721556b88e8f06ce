/**
 * Downloads a document with a time limit, a size limit, and retries. Redirects are followed on the same server only.
 */
import { ExponentialBackoff, handleAll, retry, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { Agent, fetch as fetchVia } from 'undici';
import { ConfigError } from '../config/config-error.ts';
import { ChunkBuffer } from '../http/body/chunk-buffer.ts';
import { causeText } from '../http/problems/cause.ts';
import { type Fetch, fetchWithinOrigin } from './same-origin-fetch.ts';
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
      const headers = {
        Accept: 'application/json, application/yaml, */*;q=0.5',
        ...(etag !== undefined && { 'If-None-Match': etag }),
      };
      const response = await fetchWithinOrigin(url, { signal, headers }, agent && fetchThrough(agent));
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

/** The `fetch` of Node accepts no agent of another version of undici. */
const fetchThrough =
  (agent: Agent): Fetch =>
  (url, init) =>
    fetchVia(url, { ...init, dispatcher: agent } as never) as unknown as Promise<Response>;

async function readText({ body }: Response, onBytes?: (bytes: number) => void): Promise<string> {
  const pieces = new ChunkBuffer();
  for await (const chunk of body ?? []) {
    onBytes?.(chunk.length);
    if (pieces.byteLength + chunk.length > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    pieces.append(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  }
  return new TextDecoder().decode(pieces.toBuffer());
}
