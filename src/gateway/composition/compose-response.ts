/** Composes a response: fetches the primary resource, adds links, embeds resources, selects fields, sends. */
import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { fromUtf8 } from '../../http/body/charset.ts';
import { conditionsOf, finishResponse, isNotModified, notModifiedHead } from '../../http/finish-response.ts';
import { etagOf } from '../../http/headers/etag.ts';
import { linkHeader } from '../../http/headers/link-header.ts';
import { privateHeaders } from '../../http/headers/private-response.ts';
import { fieldOf, withoutHeaders } from '../../http/headers/raw-headers.ts';
import { withoutSelection } from '../../http/uri/href.ts';
import { requestTarget } from '../../http/uri/request-target.ts';
import { type ExpansionResult, expandBody } from '../../hypermedia/expand/expand.ts';
import { encodeReceived, isReceived } from '../../hypermedia/expand/received.ts';
import { isStrict, requireComplete, STRICT } from '../../hypermedia/expand/strict.ts';
import { project } from '../../hypermedia/fields/project.ts';
import { type Body, encodeBody, renderedOperation } from '../../hypermedia/formats/format.ts';
import { json } from '../../hypermedia/formats/hal.ts';
import { ALLOWS_ALL, type GraphOperation } from '../../hypermedia/graph/model.ts';
import { headerLinks } from '../../hypermedia/header-links.ts';
import { mergeIntoOriginal } from '../../hypermedia/lift/in-place.ts';
import { hasGeneratedLinks, type Lifting } from '../../hypermedia/lift/lift.ts';
import type { Representation } from '../../hypermedia/representation.ts';
import { NO_SELECTION } from '../../hypermedia/selection.ts';
import { type Exchange, exchangeOf } from '../exchange.ts';
import { withCodedTag } from '../proxy/send-upstream-response.ts';
import { createAbortSignals } from './abort-signals.ts';
import { deductAge } from './cache-control.ts';
import type { CompositionContext } from './context.ts';
import { createPartFetcher, withAccept } from './embedded-resources.ts';
import { liftedTag } from './entity-tags.ts';
import { decodeParameters, liftResponse, omitExistingLinks, withSelectedLinks } from './lift-response.ts';
import { fetchPrimaryResource, isReadRequest, type PrimaryResponse } from './primary-response.ts';

/** Headers of the bytes of the service, which do not apply to the composed bytes. */
const BODY_HEADERS: ReadonlySet<string> = new Set([
  'content-length',
  'content-type',
  'etag',
  'accept-ranges',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
]);
const EXPANDED_BODY_HEADERS: ReadonlySet<string> = new Set([
  ...BODY_HEADERS,
  'cache-control',
  'cdn-cache-control',
  'surrogate-control',
  'expires',
  'age',
  'last-modified',
]);

const LARGE = 256 * 1024;

export async function composeResponse(context: CompositionContext): Promise<void> {
  const { req, res, next, composition, selection, options } = context;
  const { lifting, alwaysReadsBody, graphOperation } = composition;
  const now = performance.now();
  const deadline = Math.min(exchangeOf(req).context.deadline, now + options.limits.expand.deadline);
  const { disconnected, expired } = createAbortSignals(res, deadline - now);
  const primary = await fetchPrimaryResource(context, disconnected);
  const { response, responseHeaders, value } = primary;
  if (value === undefined) {
    if (alwaysReadsBody || !primary.format.rendering)
      return options.sendUpstreamResponse(response, req, res, responseHeaders);
    // The service shows its own error pages.
    response.discard();
    exchangeOf(req).target = primary.path;
    return next();
  }
  const isSuccess = response.status >= 200 && response.status < 300;
  const isComposed = isSuccess && isObject(value) && (lifting !== undefined || selection !== NO_SELECTION);
  if (!isComposed || graphOperation === undefined) return sendRewritten(context, primary, isSuccess);

  const representation = lifting && liftPrimary(context, primary, lifting);
  if (representation && selection === NO_SELECTION && !hasGeneratedLinks(representation, value))
    return sendRewritten(context, primary, isSuccess);
  const body = representation ? primary.format.write(representation) : (value as Body);
  const expanded =
    selection.plan.length > 0 ? await expand(context, primary, body, { expired, deadline }) : undefined;
  if (expanded && isStrict(req.headers.prefer?.toString())) requireComplete(expanded.failures);
  // A large body is serialized in its own turn of the event loop.
  if (expanded && expanded.bytes > LARGE) await setImmediate();
  if (selection.fields !== undefined) project(body, selection.fields, primary.format);
  return sendComposed(context, primary, graphOperation, body, expanded);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Sends a body that was read only to rewrite its URLs. If no URL has changed, the original bytes are sent. */
async function sendRewritten(
  context: CompositionContext,
  primary: PrimaryResponse,
  isSuccess: boolean,
): Promise<void> {
  const { response, responseHeaders, value, isChanged, charset, contentType } = primary;
  if (!isChanged || charset === undefined) return sendUnchanged(context, primary);
  const bytes = fromUtf8(json.codec.encode(value), charset);
  const etag = isSuccess ? liftedTag(bytes, response.header('etag')) : undefined;
  await finishResponse(context.req, context.res, {
    status: response.status,
    bytes,
    etag,
    contentType,
    head: forCaller(context, withoutHeaders(responseHeaders, BODY_HEADERS)),
  });
}

/** Evaluates conditions of the client: the request to the service had none, because its response could have changed here. */
async function sendUnchanged(context: CompositionContext, primary: PrimaryResponse): Promise<void> {
  const { req, res, options } = context;
  const { response } = primary;
  const responseHeaders = forCaller(context, primary.responseHeaders);
  const etag = response.header('etag');
  const { status } = response;
  const headers = etag === undefined ? undefined : notModifiedHeaders(req, { status, etag }, responseHeaders);
  if (headers === undefined) return options.sendUpstreamResponse(response, req, res, responseHeaders);
  response.discard();
  res.writeHead(304, notModifiedHead(headers)).end();
}

/** Headers of a 304 if the client has the representation already, compressed or not; otherwise undefined. */
function notModifiedHeaders(
  req: IncomingMessage,
  validators: { readonly status: number; readonly etag: string },
  responseHeaders: readonly string[],
): readonly string[] | undefined {
  const conditions = conditionsOf(req);
  if (isNotModified(validators, conditions)) return responseHeaders;
  // With `compression: on`, the raw header has the tags of the service instead of those of compressed representations.
  const ifNoneMatch = fieldOf(req.rawHeaders, 'if-none-match');
  if (!isNotModified(validators, { ...conditions, ifNoneMatch })) return undefined;
  return withCodedTag(validators.etag, req, responseHeaders);
}

function liftPrimary(
  { req, composition, offers }: CompositionContext,
  primary: PrimaryResponse,
  lifting: Lifting,
): Representation {
  const { params, query } = exchangeOf(req);
  const { responseHeaders, value, origin } = primary;
  return liftResponse(lifting, composition.urls, {
    body: value as object,
    rawHeaders: responseHeaders,
    self: isReadRequest(req) ? withoutSelection(requestTarget(req)) : undefined,
    params: decodeParameters(params),
    query,
    origin,
    allows: offers?.allows,
  });
}

const requestPartsOf = ({ params, query }: Exchange) => ({
  path: decodeParameters(params),
  query: Object.fromEntries(new URLSearchParams(query)),
});

function expand(
  { req, composition, selection, offers, options }: CompositionContext,
  { response, format, requestHeaders, origin }: PrimaryResponse,
  body: Body,
  { expired, deadline }: { readonly expired: AbortSignal; readonly deadline: number },
): Promise<ExpansionResult> {
  const { dispatch, compositionOf, limits } = options;
  const partType = format.rendering?.partType ?? (composition.lifting && format.mediaType);
  const fetch = createPartFetcher({
    dispatch,
    compositionOf,
    format,
    origin,
    allows: offers?.allows,
    headers: partType === undefined ? requestHeaders : withAccept(requestHeaders, partType),
    parent: exchangeOf(req),
    signal: expired,
    deadline,
    keepsBytes: isReceived(body),
    limit: limits.expand.bytes,
  });
  return expandBody(body, selection.plan, {
    fetch,
    format,
    deadline: expired,
    expand: selection.expand,
    cacheControl: deductAge(response),
    limits: limits.expand,
    isProjected: selection.fields !== undefined,
    request: requestPartsOf(exchangeOf(req)),
  });
}

async function sendComposed(
  context: CompositionContext,
  { response, responseHeaders, value, format, typeOf, charset, contentType }: PrimaryResponse,
  operation: GraphOperation,
  body: Body,
  expanded: ExpansionResult | undefined,
): Promise<void> {
  const { req, res, composition, selection } = context;
  const { lifting } = composition;
  const isPlain = lifting !== undefined && format === json;
  const allows = context.offers?.allows ?? ALLOWS_ALL;
  const page = {
    url: requestTarget(req),
    operation: renderedOperation(operation, allows),
    allows,
    isFromGateway: true,
  };
  const written = isPlain ? mergeIntoOriginal(value as object, body, operation.shape ?? {}) : body;
  const encoded = encodeReceived(written as Body) ?? encodeBody(format, written as Body, page);
  const type = typeOf(body);
  // Media types other than that of the service use UTF-8.
  const bytes = type === contentType && charset ? fromUtf8(encoded, charset) : encoded;

  const added = Object.entries(format.rendering?.headers ?? {});
  const replaced = expanded ? EXPANDED_BODY_HEADERS : BODY_HEADERS;
  const names = added.map(([name]) => name.toLowerCase());
  const ownHeaders =
    selection === NO_SELECTION ? responseHeaders : withSelectedLinks(responseHeaders, body, format);
  const headers = withoutHeaders(ownHeaders, names.length === 0 ? replaced : replaced.union(new Set(names)));
  if (expanded) headers.push('Cache-Control', expanded.cacheControl);
  if (expanded && isStrict(req.headers.prefer?.toString())) headers.push('Preference-Applied', STRICT);
  if (lifting) headers.push('Vary', 'Accept, Prefer');
  const links = omitExistingLinks(headerLinks(body, format, operation), headers);
  if (links.length > 0) headers.push('Link', linkHeader(links));
  headers.push(...added.flat());

  await finishResponse(req, res, {
    status: response.status,
    bytes,
    etag: lifting && selection === NO_SELECTION ? liftedTag(bytes, response.header('etag')) : etagOf(bytes),
    contentType: type,
    head: forCaller(context, headers),
  });
}

/** Headers of a response whose links depend on the caller, if they do. */
const forCaller = ({ offers, options }: CompositionContext, headers: readonly string[]): readonly string[] =>
  offers?.dependsOnCaller ? privateHeaders(headers, options.offers?.vary ?? []) : headers;
