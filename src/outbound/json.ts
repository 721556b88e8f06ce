/** Makes a JSON call to a target on behalf of the client of the current request. */
import { JSON_TYPE } from '../contract/media-types.ts';
import { Problem } from '../contract/problem.ts';
import { badGateway } from '../contract/problems.ts';
import { charsetOf } from '../http/body/charset.ts';
import { isJsonType } from '../http/body/json-type.ts';
import { callerDeadline, callerHeaders } from '../http/caller-context.ts';
import { remainingCacheControl } from '../http/headers/cache-control.ts';
import { CallFailure } from './call/call-errors.ts';
import { truncatedBody } from './call/to-problem.ts';

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
  /** Parses the response; by default `JSON.parse`, which rounds numbers. @throws SyntaxError, RangeError */
  readonly parse?: (text: string) => unknown;
  /** A larger response is an error. */
  readonly limit?: number;
}

export interface JsonResponse {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  readonly retryAfter: string | undefined;
  readonly challenge: string | undefined;
  /** Undefined where the response is not JSON. */
  readonly body: unknown;
  readonly bytes: number;
}

const MAX_RESPONSE_BYTES = 10 * 1024 ** 2;

/** @throws Problem where there is no response, or its JSON is invalid (bad-gateway, 502) */
export async function sendJson(
  target: JsonTarget,
  {
    method,
    path,
    accept = JSON_TYPE,
    body,
    operationId,
    parse = JSON.parse,
    limit = MAX_RESPONSE_BYTES,
  }: JsonRequest,
): Promise<JsonResponse> {
  const headers = [...callerHeaders(target.name, method), 'accept', accept];
  if (body !== undefined) headers.push('content-type', JSON_TYPE);
  const response = await target.send({
    method,
    path,
    headers,
    body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
    operationId,
    deadline: callerDeadline(),
  });
  const contentType = response.header('content-type');
  const cacheControl = remainingCacheControl(response.rawHeaders);
  const retryAfter = response.header('retry-after');
  const challenge = response.header('www-authenticate');
  const { status } = response;
  try {
    const bytes = await response.whole(Math.min(limit, MAX_RESPONSE_BYTES));
    const json = isJsonType(contentType ?? '') ? await parse(decodeText(bytes, contentType)) : undefined;
    return { status, contentType, cacheControl, retryAfter, challenge, body: json, bytes: bytes.length };
  } catch (cause) {
    if (cause instanceof CallFailure) throw truncatedBody(cause);
    throw new Problem(badGateway, `The response of the service "${target.name}" could not be read.`, {
      cause,
    });
  }
}

/** @throws SyntaxError for bytes that are invalid in the charset of the content type */
function decodeText(bytes: Buffer, contentType: string | undefined): string {
  const text = charsetOf(contentType)?.decode(bytes);
  if (text === undefined) throw new SyntaxError('The text is invalid in its charset.');
  return text;
}
