/** Asks the service for what the request is about. */

import type { IncomingMessage } from 'node:http';

import { JSON_TYPE } from '../../contract/media-types.ts';
import { without } from '../../http/raw-headers.ts';
import type { Body, Format } from '../../hypermedia/formats/format.ts';
import { json } from '../../hypermedia/formats/hal.ts';
import { forSubject, WHOLE } from '../../hypermedia/selection.ts';
import type { UpstreamAnswer } from '../../outbound/answer.ts';
import { brokenOff } from '../../outbound/explain.ts';
import { exchangeOf } from '../exchange.ts';
import { requestHeaders } from '../headers.ts';
import { originOf } from '../origin.ts';
import type { Composing } from './compose.ts';
import { isJson, mediaTypeOf, parseJson, readJson } from './json-answer.ts';
import { accepting } from './parts.ts';
import { formatNamed, wanted, wantedLifted } from './wanted.ts';

export interface Subject {
  readonly answer: UpstreamAnswer;
  /** Its headers as they go on, raw. */
  readonly head: readonly string[];
  /** Parsed, with public URLs; undefined for what goes on as it is. */
  readonly value: unknown;
  /** What it is answered in. */
  readonly format: Format;
  /** The media type of a body in that format. */
  typeOf(body: Body): string;
  /** Path and query that the service was asked for. */
  readonly path: string;
  /** What else of the caller's request is for the service, and for parts. */
  readonly headers: readonly string[];
  readonly origin: string;
}

/** They would make an answer that cannot be read here. */
const UNREADABLE: ReadonlySet<string> = new Set(['range', 'if-range', 'accept-encoding']);
/** And these speak of what the service sends, not of what is made of it. */
const NOT_OF_THE_WHOLE: ReadonlySet<string> = new Set([...UNREADABLE, 'if-none-match', 'if-modified-since']);

export const isReading = ({ method }: Pick<IncomingMessage, 'method'>): boolean =>
  method === 'GET' || method === 'HEAD';

/** @param gone aborted when the caller leaves */
export async function askSubject(work: Composing, gone: AbortSignal): Promise<Subject> {
  const { req, composition, selection, options } = work;
  const { subject, lifting, urls, isRead } = composition;
  const exchange = exchangeOf(req);
  const { accept } = req.headers;
  const want = lifting && subject ? wantedLifted(accept, subject) : wanted(accept);
  const isTrusted = options.trustProxy(req.socket.remoteAddress);
  const passed = requestHeaders(req, exchange.context, isTrusted);
  const headers = without(passed, isReading(req) ? NOT_OF_THE_WHOLE : UNREADABLE);
  const path = selection === WHOLE ? exchange.target : forSubject(exchange.target, selection);
  const caller = options.callers.get(exchange.operation.service);
  if (!caller) throw new Error(`no target for ${exchange.operation.service}`);
  const method = isReading(req) ? 'GET' : (req.method ?? '');
  const answer = await caller.send(
    {
      method,
      path,
      headers: want.accept === undefined ? headers : accepting(headers, want.accept),
      body: isReading(req) ? null : exchange.body,
      operationId: exchange.operation.operationId,
      deadline: exchange.context.deadline,
      tally: exchange.context,
    },
    gone,
  );
  await options.inspect(answer, exchange.operation, method, path);
  const origin = originOf(req, isTrusted);
  const contentType = answer.header('content-type') ?? JSON_TYPE;
  const head = options.headersOf(answer.rawHeaders, exchange.context);
  const value = publicValue(await jsonOf(answer, work), work, origin);
  return {
    answer,
    head: isRead ? urls.headers(head, origin) : head,
    value,
    format: want.format ?? formatNamed(mediaTypeOf(answer)) ?? json,
    typeOf: (body) => want.typeOf?.(body) ?? contentType,
    ...{ path, headers, origin },
  };
}

async function jsonOf(answer: UpstreamAnswer, { composition, options }: Composing): Promise<unknown> {
  if (!isJson(answer)) return undefined;
  if (!composition.isRead) return answer.status === 200 ? readJson(answer) : undefined;
  try {
    const bytes = await answer.peek(options.limits.lift);
    return bytes && parseJson(bytes);
  } catch (cause) {
    throw brokenOff(cause);
  }
}

function publicValue(value: unknown, { composition }: Composing, origin: string): unknown {
  const { urls, isRead } = composition;
  if (!isRead || value === undefined) return value;
  try {
    return urls.body(value, origin);
  } catch (error) {
    // Nested too deeply to be looked at.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
