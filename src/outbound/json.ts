/** One JSON call to a target, as the caller of the request that is being handled. */
import { JSON_TYPE } from '../contract/media-types.ts';
import { Problem } from '../contract/problem.ts';
import { badGateway } from '../contract/problems.ts';
import { charsetOf } from '../http/body/charset.ts';
import { isJsonType } from '../http/body/json-type.ts';
import { callerDeadline, callerHeaders } from '../http/caller-context.ts';
import { remainingCacheControl } from '../http/headers/cache-control.ts';
import { CallFailure } from './call/call-errors.ts';
import { brokenOff } from './call/to-problem.ts';

/** As much of a target as a JSON call needs. */
export interface JsonTarget {
  readonly name: string;
  send(request: {
    readonly method: string;
    readonly path: string;
    readonly headers: readonly string[];
    readonly body: Buffer | null;
    readonly operationId?: string | undefined;
    readonly deadline?: number | undefined;
  }): Promise<{
    readonly status: number;
    header(name: string): string | undefined;
    /** Name, value, name, value … */
    readonly rawHeaders: readonly string[];
    whole(limit: number): Promise<Buffer>;
  }>;
}

export interface JsonRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly accept?: string | undefined;
  readonly body?: unknown;
  readonly operationId?: string;
  /** Of the answer; by default what does not read numbers exactly. @throws SyntaxError, RangeError */
  readonly parse?: (text: string) => unknown;
  /** Most bytes that are taken of the answer. */
  readonly limit?: number;
}

export interface JsonAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  readonly retryAfter: string | undefined;
  /** Undefined where the answer has no JSON. */
  readonly body: unknown;
  readonly bytes: number;
}

/** Most bytes that are taken for one JSON answer. */
const MAX_ANSWER = 10 * 1024 ** 2;

/** @throws Problem where there is no answer, or its JSON is broken (bad-gateway, 502) */
export async function sendJson(
  target: JsonTarget,
  {
    method,
    path,
    accept = JSON_TYPE,
    body,
    operationId,
    parse = JSON.parse,
    limit = MAX_ANSWER,
  }: JsonRequest,
): Promise<JsonAnswer> {
  const headers = {
    ...callerHeaders(),
    accept,
    ...(body === undefined ? {} : { 'content-type': JSON_TYPE }),
  };
  const answer = await target.send({
    method,
    path,
    headers: Object.entries(headers).flat(),
    body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
    operationId,
    deadline: callerDeadline(),
  });
  const contentType = answer.header('content-type');
  const cacheControl = remainingCacheControl(answer.rawHeaders);
  const retryAfter = answer.header('retry-after');
  const { status } = answer;
  try {
    const bytes = await answer.whole(Math.min(limit, MAX_ANSWER));
    const json = isJsonType(contentType ?? '') ? await parse(textOf(bytes, contentType)) : undefined;
    return { status, contentType, cacheControl, retryAfter, body: json, bytes: bytes.length };
  } catch (cause) {
    if (cause instanceof CallFailure) throw brokenOff(cause);
    throw new Problem(badGateway, `The answer of the service "${target.name}" could not be read.`, { cause });
  }
}

/** @throws SyntaxError for what is not in its charset */
function textOf(bytes: Buffer, contentType: string | undefined): string {
  const text = charsetOf(contentType)?.decode(bytes);
  if (text === undefined) throw new SyntaxError('It is not in its charset.');
  return text;
}
