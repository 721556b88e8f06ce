/** Gets a document from elsewhere: with a time limit, a size limit, and another try where the first fails. */
import { ExponentialBackoff, handleAll, retry, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { ConfigError } from '../config/config-error.ts';

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

/**
 * @param etag of what is there already (RFC 9110 §13.1.2)
 * @returns undefined when that is still the newest
 * @throws ConfigError in one line that names the URL
 */
export async function download(url: string, etag?: string): Promise<Downloaded | undefined> {
  try {
    return await policy.execute(async ({ signal }) => {
      const answer = await fetch(url, {
        signal,
        headers: {
          Accept: 'application/json, application/yaml, */*;q=0.5',
          ...(etag !== undefined && { 'If-None-Match': etag }),
        },
      });
      if (etag !== undefined && answer.status === 304) return undefined;
      if (!answer.ok) throw new Error(`the answer has the status ${answer.status}`);
      return { text: await textOf(answer), etag: answer.headers.get('etag') ?? undefined };
    });
  } catch (cause) {
    throw new ConfigError(
      `${url}: cannot be had: ${(cause as Error).message}; look at it in a browser`,
      cause,
    );
  }
}

/** No more is read than may be held. */
async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
