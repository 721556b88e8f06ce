/**
 * Fetches a small JSON document of an identity provider, such as its keys, within limits of time and size. The response
 * counts only if it is complete, well-formed and from the same server.
 */
import { readJson } from '../codecs/read-json.ts';
import { JSON_TYPE } from '../contract/media-types.ts';
import { ChunkBuffer } from '../http/body/chunk-buffer.ts';
import { fetchWithinOrigin } from './same-origin-fetch.ts';

export interface FetchJsonOptions {
  readonly accept?: string;
  /** Milliseconds for the whole response. */
  readonly timeout?: number;
  /** Bytes of the decompressed body. */
  readonly maxBytes?: number;
  /** Ends the request early. */
  readonly signal?: AbortSignal;
}

const TIMEOUT = 2_000;
const MAX_BYTES = 1024 ** 2;

/** @throws Error with the reason in one line, without any text of the response */
export async function fetchJson(
  url: string,
  { accept = JSON_TYPE, timeout = TIMEOUT, maxBytes = MAX_BYTES, signal }: FetchJsonOptions = {},
): Promise<unknown> {
  const limit = new AbortController();
  const timer = setTimeout(
    () => limit.abort(new Error(`it did not respond within ${timeout} ms`)),
    timeout,
  ).unref();
  const signals = signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]);
  try {
    const response = await fetchWithinOrigin(url, { headers: { Accept: accept }, signal: signals });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the response has the status ${response.status}`);
    }
    return readJson(await readText(response, maxBytes));
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function readText({ body }: Response, maxBytes: number): Promise<string> {
  const pieces = new ChunkBuffer();
  for await (const chunk of body ?? []) {
    if (pieces.byteLength + chunk.length > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    pieces.append(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(pieces.toBuffer());
}

/** The message of a failed fetch is only "fetch failed"; the code of its cause says more. */
function reasonOf(error: unknown): string {
  const { message = 'the request failed', cause } = (error ?? {}) as { message?: string; cause?: unknown };
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? `${message} (${code})` : message;
}
