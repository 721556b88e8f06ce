/** Gets a document from elsewhere: with a time limit, a size limit, and another try where the first fails. */
import { ExponentialBackoff, handleAll, retry, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { ConfigError } from '../config/config-error.ts';

const TIME = 15_000;
const MOST_BYTES = 64 * 1024 ** 2;

const policy = wrap(
  timeout(TIME, TimeoutStrategy.Aggressive),
  retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
);

/** @throws ConfigError in one line that names the URL */
export async function download(url: string): Promise<string> {
  try {
    return await policy.execute(async ({ signal }) => {
      const answer = await fetch(url, {
        signal,
        headers: { Accept: 'application/json, application/yaml, */*;q=0.5' },
      });
      if (!answer.ok) throw new Error(`the answer has the status ${answer.status}`);
      const bytes = await answer.arrayBuffer();
      if (bytes.byteLength > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`);
      return new TextDecoder().decode(bytes);
    });
  } catch (cause) {
    throw new ConfigError(
      `${url}: cannot be had: ${(cause as Error).message}; look at it in a browser`,
      cause,
    );
  }
}
