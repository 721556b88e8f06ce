/**
 * Downloads a document with a time limit, a size limit, and retries. Redirects are followed on the same server only.
 */
import { ExponentialBackoff, handleAll, retry, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { ConfigError } from '../config/config-error.ts';
import { ChunkBuffer } from '../http/body/chunk-buffer.ts';
import { reasonOf } from './fetch-reason.ts';
import { fetchWithinOrigin } from './same-origin-fetch.ts';

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
}

/**
 * @returns undefined when the document has not changed
 * @throws ConfigError with one line that names the URL
 */
export async function download(
  url: string,
  { etag, onBytes }: DownloadOptions = {},
): Promise<Downloaded | undefined> {
  try {
    return await policy.execute(async ({ signal }) => {
      const response = await fetchWithinOrigin(url, {
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
    throw new ConfigError(
      `${url}: cannot be downloaded: ${reasonOf(cause)}; open the URL in a browser`,
      cause,
    );
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
