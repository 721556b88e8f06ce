/** Answers of services, as far as they are read here. */

import { parseExactAsync } from '../../codecs/exact-json.ts';
import { Problem } from '../../contract/problem.ts';
import { badGateway } from '../../contract/problems.ts';
import { type Charset, charsetOf } from '../../http/body/charset.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import { CallFailure } from '../../outbound/call/call-errors.ts';
import { truncatedBody } from '../../outbound/call/to-problem.ts';
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';

export const isJson = (answer: Pick<UpstreamResponse, 'header'>): boolean =>
  isJsonType(answer.header('content-type') ?? '') &&
  (answer.header('content-encoding') ?? 'identity').trim().toLowerCase() === 'identity';

export const mediaTypeOf = (answer: Pick<UpstreamResponse, 'header'>): string | undefined =>
  answer.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();

/** What an answer says, and how it is written. */
export interface ReadJson {
  readonly value: unknown;
  readonly charset: Charset;
  readonly bytes: number;
}

/**
 * @param limit bytes
 * @throws Problem bad-gateway (502) for what is broken, or too large, upstream-timeout (504) for what comes too late
 */
export async function readJson(answer: UpstreamResponse, limit: number): Promise<ReadJson> {
  const bytes = await peeked(answer, limit);
  if (bytes === undefined) {
    const detail = `What the service answered is larger than ${limit} bytes.`;
    answer.abort(new Error(detail));
    throw new Problem(badGateway, detail);
  }
  return await readWhole(bytes, answer);
}

/** @throws Problem bad-gateway (502) for what is no JSON, is nested too deeply or has too many values */
export async function readWhole(bytes: Buffer, answer: Pick<UpstreamResponse, 'header'>): Promise<ReadJson> {
  try {
    return await read(bytes, answer);
  } catch (cause) {
    const detail = cause instanceof RangeError ? cause.message : 'could not be read';
    throw new Problem(badGateway, `What the service answered ${detail}.`, { cause });
  }
}

/**
 * The whole body; undefined for one that is larger than `limit` bytes.
 * @throws Problem bad-gateway (502), upstream-timeout (504)
 */
export async function peeked(answer: UpstreamResponse, limit: number): Promise<Buffer | undefined> {
  try {
    return await answer.peek(limit);
  } catch (cause) {
    if (cause instanceof CallFailure) throw truncatedBody(cause);
    throw new Problem(badGateway, 'What the service answered could not be read.', { cause });
  }
}

/** @returns undefined for what is no JSON, whatever it says of itself, and for what is nested too deeply */
export async function parseJson(
  bytes: Buffer,
  answer: Pick<UpstreamResponse, 'header'>,
): Promise<ReadJson | undefined> {
  try {
    return await read(bytes, answer);
  } catch {
    return undefined;
  }
}

async function read(bytes: Buffer, answer: Pick<UpstreamResponse, 'header'>): Promise<ReadJson> {
  const charset = charsetOf(answer.header('content-type'));
  const text = charset?.decode(bytes);
  if (charset === undefined || text === undefined) throw new SyntaxError('It is not in its charset.');
  return { value: await parseExactAsync(text), charset, bytes: bytes.length };
}
