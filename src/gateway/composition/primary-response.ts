/** Asks the service for what the request is about. */

import type { IncomingMessage } from 'node:http';

import { JSON_TYPE } from '../../contract/media-types.ts';
import type { Charset } from '../../http/body/charset.ts';
import { without } from '../../http/headers/raw-headers.ts';
import { checkLimit } from '../../hypermedia/expand/plan.ts';
import type { Body, Format } from '../../hypermedia/formats/format.ts';
import { hal, json } from '../../hypermedia/formats/hal.ts';
import { NO_SELECTION, primaryHref } from '../../hypermedia/selection.ts';
import type { UpstreamAnswer } from '../../outbound/call/upstream-response.ts';
import { exchangeOf } from '../exchange.ts';
import { requestHeaders } from '../proxy/headers.ts';
import { passInterim } from '../proxy/interim-responses.ts';
import { originOf } from '../proxy/origin.ts';
import type { Composing } from './context.ts';
import { accepting } from './embedded-resources.ts';
import { AS_ASKED, formatNamed, wanted, wantedLifted } from './format-negotiation.ts';
import { isJson, mediaTypeOf, parseJson, peeked, type ReadJson, readWhole } from './json-answer.ts';

export interface Subject {
  readonly answer: UpstreamAnswer;
  /** Its headers as they go on, raw. */
  readonly head: readonly string[];
  /** Parsed, with public URLs; undefined for what goes on as it is. */
  readonly value: unknown;
  /** Whether URLs in it are not as the service wrote them. */
  readonly isChanged: boolean;
  /** In which it came, where it was read. */
  readonly charset: Charset | undefined;
  /** As the service said it. */
  readonly contentType: string;
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
  const { req, res, composition, selection, options } = work;
  const { urls, isRead } = composition;
  const exchange = exchangeOf(req);
  const want = wantOf(work, req.headers.accept);
  const isTrusted = options.trustProxy(req.socket.remoteAddress);
  const passed = requestHeaders(req, exchange.context, isTrusted);
  const headers = without(passed, isReading(req) ? NOT_OF_THE_WHOLE : UNREADABLE);
  const path = selection === NO_SELECTION ? exchange.target : primaryHref(exchange.target, selection);
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
      onInterim: passInterim(req, res),
      client: exchange.context.client,
      tally: exchange.context,
    },
    gone,
  );
  await options.inspect(answer, exchange.operation, method, path);
  const origin = originOf(req, isTrusted);
  const contentType = answer.header('content-type') ?? JSON_TYPE;
  const head = options.headersOf(answer.rawHeaders, exchange.context);
  const read = await jsonOf(answer, work);
  const value = isRead && read !== undefined ? urls.body(read.value, origin) : read?.value;
  const mediaType = mediaTypeOf(answer);
  const format = want.format ?? formatNamed(mediaType) ?? json;
  return {
    answer,
    head: isRead ? urls.headers(head, origin) : head,
    value,
    isChanged: value !== read?.value,
    charset: read?.charset,
    format,
    typeOf: (body) => {
      const type = want.format || format.typeOf || format === hal ? want.typeOf?.(body) : undefined;
      return type === undefined || type === mediaType ? contentType : type;
    },
    ...{ contentType, path, headers, origin },
  };
}

function wantOf({ composition: { lifting, subject }, selection }: Composing, accept: string | undefined) {
  if (lifting && subject) return wantedLifted(accept, subject);
  return selection === NO_SELECTION ? AS_ASKED : wanted(accept);
}

/** @throws Problem expand-limit (400) for what is too large to be put together with more */
async function jsonOf(
  answer: UpstreamAnswer,
  { composition, options }: Composing,
): Promise<ReadJson | undefined> {
  if (!isJson(answer)) return undefined;
  const { lift, expand } = options.limits;
  if (composition.isRead) {
    const bytes = await peeked(answer, lift);
    return bytes && parseJson(bytes, answer);
  }
  if (answer.status !== 200) return undefined;
  const bytes = await peeked(answer, expand.bytes);
  if (bytes === undefined) {
    answer.discard();
    checkLimit('bytes', Number.POSITIVE_INFINITY, expand.bytes);
  }
  return bytes && readWhole(bytes, answer);
}
