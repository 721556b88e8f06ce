/** Responses as one value of a store outside of this process: a line of JSON, then the bodies one after the other. */
import { StoredResponse, type StoredResponseData } from '../stored-response.ts';

type Head = Omit<StoredResponseData, 'body'> & { readonly length: number };

const NEWLINE = 10;

export function encode(responses: readonly StoredResponse[]): Buffer {
  const heads = responses.map(
    ({ status, headers, selecting, receivedAt, initialAge, body }): Head => ({
      status,
      headers,
      selecting,
      receivedAt,
      initialAge,
      length: body.length,
    }),
  );
  return Buffer.concat([Buffer.from(`${JSON.stringify(heads)}\n`), ...responses.map(({ body }) => body)]);
}

/** @throws Error for what was not written by `encode` */
export function decode(bytes: Buffer): StoredResponse[] {
  const end = bytes.indexOf(NEWLINE);
  const heads = JSON.parse(bytes.toString('utf8', 0, end)) as readonly Head[];
  let at = end + 1;
  return heads.map(({ length, ...head }) => {
    const body = bytes.subarray(at, at + length);
    at += length;
    if (body.length !== length) throw new Error('a body is truncated');
    return new StoredResponse({ ...head, body });
  });
}
