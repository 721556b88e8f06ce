/** Reads JSON responses of services. */

import { parseExactAsync } from '../../codecs/exact-json.ts';
import { Problem } from '../../contract/problem.ts';
import { badGateway } from '../../contract/problems.ts';
import { type Charset, charsetOf } from '../../http/body/charset.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import { receive } from '../../hypermedia/expand/received.ts';
import { CallFailure } from '../../outbound/call/call-errors.ts';
import { truncatedBody } from '../../outbound/call/to-problem.ts';
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';

export const isJson = (response: Pick<UpstreamResponse, 'header'>): boolean =>
  isJsonType(response.header('content-type') ?? '') &&
  (response.header('content-encoding') ?? 'identity').trim().toLowerCase() === 'identity';

export const mediaTypeOf = (response: Pick<UpstreamResponse, 'header'>): string | undefined =>
  response.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();

/** A decoded body, with its encoding. */
export interface JsonBody {
  readonly value: unknown;
  readonly charset: Charset;
  readonly bytes: number;
}

/** How a body is parsed: exactly, or as a HAL resource that keeps its bytes. */
export type JsonUse = 'exact' | 'primary' | 'part';

/**
 * @param limit bytes
 * @throws Problem bad-gateway (502) for an invalid or too large body, upstream-timeout (504) for a late one
 */
export async function readJson(response: UpstreamResponse, limit: number, use: JsonUse): Promise<JsonBody> {
  const bytes = await readBody(response, limit);
  if (bytes === undefined) {
    const detail = `The response of the service is larger than ${limit} bytes.`;
    response.abort(new Error(detail));
    throw new Problem(badGateway, detail);
  }
  return await decodeJson(bytes, response, use);
}

/** @throws Problem bad-gateway (502) for invalid JSON, too deep nesting or too many values */
export async function decodeJson(
  bytes: Buffer,
  response: Pick<UpstreamResponse, 'header'>,
  use: JsonUse,
): Promise<JsonBody> {
  try {
    return await decode(bytes, response, use);
  } catch (cause) {
    const detail = cause instanceof RangeError ? cause.message : 'could not be read';
    throw new Problem(badGateway, `The response of the service ${detail}.`, { cause });
  }
}

/**
 * Reads the complete body; undefined if it is larger than `limit` bytes.
 * @throws Problem bad-gateway (502), upstream-timeout (504)
 */
export async function readBody(response: UpstreamResponse, limit: number): Promise<Buffer | undefined> {
  try {
    return await response.peek(limit);
  } catch (cause) {
    if (cause instanceof CallFailure) throw truncatedBody(cause);
    throw new Problem(badGateway, 'The response of the service could not be read.', { cause });
  }
}

/** @returns undefined for invalid JSON, whatever its media type, and for too deep nesting */
export async function tryDecodeJson(
  bytes: Buffer,
  response: Pick<UpstreamResponse, 'header'>,
): Promise<JsonBody | undefined> {
  try {
    return await decode(bytes, response, 'exact');
  } catch {
    return undefined;
  }
}

async function decode(
  bytes: Buffer,
  response: Pick<UpstreamResponse, 'header'>,
  use: JsonUse,
): Promise<JsonBody> {
  const charset = charsetOf(response.header('content-type'));
  const text = charset?.decode(bytes);
  if (charset === undefined || text === undefined) throw new SyntaxError('It is not in its charset.');
  const isKept = use !== 'exact' && charset.name === 'UTF-8';
  const value = isKept ? await receive(bytes, text, use) : await parseExactAsync(text);
  return { value, charset, bytes: bytes.length };
}
