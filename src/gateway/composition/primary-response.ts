/** Fetches the primary resource of a request from its service. */

import type { IncomingMessage } from 'node:http';

import { JSON_TYPE } from '../../contract/media-types.ts';
import type { Charset } from '../../http/body/charset.ts';
import { withoutHeaders } from '../../http/headers/raw-headers.ts';
import { checkLimit } from '../../hypermedia/expand/plan.ts';
import type { Body, Format } from '../../hypermedia/formats/format.ts';
import { hal, json } from '../../hypermedia/formats/hal.ts';
import { NO_SELECTION, primaryHref, type Selection } from '../../hypermedia/selection.ts';
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';
import { exchangeOf } from '../exchange.ts';
import { requestHeaders } from '../proxy/headers.ts';
import { forwardInterimResponses } from '../proxy/interim-responses.ts';
import { originOf } from '../proxy/origin.ts';
import type { CompositionContext } from './context.ts';
import { withAccept } from './embedded-resources.ts';
import { findFormat, negotiateFormat, negotiateLiftedFormat, SERVICE_CHOICE } from './format-negotiation.ts';
import { decodeJson, isJson, type JsonBody, mediaTypeOf, readBody, tryDecodeJson } from './json-response.ts';

export interface PrimaryResponse {
  readonly response: UpstreamResponse;
  /** Raw response headers to send to the client. */
  readonly responseHeaders: readonly string[];
  /** The parsed body with public URLs; undefined if the body is forwarded unchanged. */
  readonly value: unknown;
  /** Whether any URL in the body was rewritten. */
  readonly isChanged: boolean;
  /** Charset of the body, if it was read. */
  readonly charset: Charset | undefined;
  /** `Content-Type` of the service. */
  readonly contentType: string;
  /** Format of the composed response. */
  readonly format: Format;
  /** The media type of a body in the format. */
  typeOf(body: Body): string;
  /** Path and query of the request to the service. */
  readonly path: string;
  /** Request headers of the client for the service and for internal requests. */
  readonly requestHeaders: readonly string[];
  readonly origin: string;
}

/** These would produce a response that the gateway cannot read. */
const UNREADABLE: ReadonlySet<string> = new Set(['range', 'if-range', 'accept-encoding']);
/** The conditions refer to the response of the service, not to the composed response. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([...UNREADABLE, 'if-none-match', 'if-modified-since']);

export const isReadRequest = ({ method }: Pick<IncomingMessage, 'method'>): boolean =>
  method === 'GET' || method === 'HEAD';

/** @param disconnected aborted when the client disconnects */
export async function fetchPrimaryResource(
  context: CompositionContext,
  disconnected: AbortSignal,
): Promise<PrimaryResponse> {
  const { req, res, composition, selection, options } = context;
  const { urls, alwaysReadsBody } = composition;
  const exchange = exchangeOf(req);
  const choice = chooseFormat(context, req.headers.accept);
  const isTrusted = options.trustProxy(req.socket.remoteAddress);
  const allHeaders = requestHeaders(req, exchange.context, isTrusted);
  const headers = withoutHeaders(allHeaders, isReadRequest(req) ? NOT_FORWARDED : UNREADABLE);
  const path = selection === NO_SELECTION ? exchange.target : primaryHref(exchange.target, selection);
  const upstream = options.upstreams.get(exchange.operation.service);
  if (!upstream) throw new Error(`no target for ${exchange.operation.service}`);
  const method = isReadRequest(req) ? 'GET' : (req.method ?? '');
  const response = await upstream.send(
    {
      method,
      path,
      headers: exchange.serviceHeaders(
        choice.accept === undefined ? headers : withAccept(headers, choice.accept),
      ),
      body: isReadRequest(req) ? null : exchange.body,
      operationId: exchange.operation.operationId,
      deadline: exchange.context.deadline,
      onInterim: forwardInterimResponses(req, res),
      client: exchange.context.client,
      caller: exchange.context.caller,
      stats: exchange.context,
    },
    disconnected,
  );
  await options.inspect(response, exchange.operation, method, path);
  await options.afterSteps?.(exchange, response);
  const origin = originOf(req, isTrusted);
  const contentType = response.header('content-type') ?? JSON_TYPE;
  const responseHeaders = options.headersOf(response.rawHeaders, exchange.context);
  const mediaType = mediaTypeOf(response);
  const format = choice.format ?? findFormat(mediaType) ?? json;
  const read = await readIfJson(response, format, context);
  const value = alwaysReadsBody && read !== undefined ? urls.body(read.value, origin) : read?.value;
  return {
    response,
    responseHeaders: alwaysReadsBody ? urls.headers(responseHeaders, origin) : responseHeaders,
    value,
    isChanged: value !== read?.value,
    charset: read?.charset,
    format,
    typeOf: (body) => {
      const type = choice.format || format.typeOf || format === hal ? choice.typeOf?.(body) : undefined;
      return type === undefined || type === mediaType ? contentType : type;
    },
    contentType,
    path,
    requestHeaders: headers,
    origin,
  };
}

function chooseFormat(
  { composition: { lifting, graphOperation }, selection }: CompositionContext,
  accept: string | undefined,
) {
  if (lifting && graphOperation) return negotiateLiftedFormat(accept, graphOperation);
  return selection === NO_SELECTION ? SERVICE_CHOICE : negotiateFormat(accept);
}

/** Whether resources are embedded, and nothing else changes. */
const isOnlyExpanded = ({ plan, fields }: Selection): boolean => plan.length > 0 && fields === undefined;

/** @throws Problem expand-limit (400) if the body is too large for an expansion */
async function readIfJson(
  response: UpstreamResponse,
  { isHal, rendering }: Format,
  { composition, selection, options }: CompositionContext,
): Promise<JsonBody | undefined> {
  if (!isJson(response)) return undefined;
  const { lift, expand } = options.limits;
  if (composition.alwaysReadsBody) {
    const bytes = await readBody(response, lift);
    return bytes && tryDecodeJson(bytes, response);
  }
  if (response.status !== 200) return undefined;
  const bytes = await readBody(response, expand.bytes);
  if (bytes === undefined) {
    response.discard();
    checkLimit('bytes', Number.POSITIVE_INFINITY, expand.bytes);
  }
  const isJoined = isHal && !rendering && !composition.lifting && isOnlyExpanded(selection);
  return bytes && decodeJson(bytes, response, isJoined ? 'primary' : 'exact');
}
