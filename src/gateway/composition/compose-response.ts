/** THE MAP of an answer that is put together: ask the service, add links, expand, cut, send. */
import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { writeExact } from '../../codecs/exact-json.ts';
import { conditionsOf, finishResponse, isNotModified, notModifiedHead } from '../../http/finish-response.ts';
import { etagOf } from '../../http/headers/etag.ts';
import { linkHeader } from '../../http/headers/link-header.ts';
import { fieldOf, without } from '../../http/headers/raw-headers.ts';
import { plain } from '../../http/uri/href.ts';
import { requestTarget } from '../../http/uri/request-target.ts';
import { type Expanded, expandBody } from '../../hypermedia/expand/expand.ts';
import { isStrict, refuseIncomplete, STRICT } from '../../hypermedia/expand/strict.ts';
import { cut } from '../../hypermedia/fields/project.ts';
import type { Body } from '../../hypermedia/formats/format.ts';
import { json } from '../../hypermedia/formats/hal.ts';
import type { GraphOperation } from '../../hypermedia/graph/model.ts';
import { headerLinks } from '../../hypermedia/header-links.ts';
import { inPlace } from '../../hypermedia/lift/in-place.ts';
import { hasLinks, type Lifting } from '../../hypermedia/lift/lift.ts';
import type { Representation } from '../../hypermedia/representation.ts';
import { WHOLE } from '../../hypermedia/selection.ts';
import { exchangeOf } from '../exchange.ts';
import { withCodedTag } from '../proxy/send-upstream-response.ts';
import { createAbortSignals } from './abort-signals.ts';
import { deductAge } from './cache-control.ts';
import type { CompositionContext } from './context.ts';
import { createPartFetcher, withAccept } from './embedded-resources.ts';
import { liftedTag } from './entity-tags.ts';
import { decodeParameters, liftResponse, omitExistingLinks, withSelectedLinks } from './lift-response.ts';
import { fetchPrimaryResource, isReadRequest, type PrimaryResponse } from './primary-response.ts';

/** What is sent has its own. */
const BODY_HEADERS: ReadonlySet<string> = new Set([
  ...['content-length', 'content-type', 'etag', 'accept-ranges'],
  ...['content-md5', 'digest', 'content-digest', 'repr-digest'],
]);
const EXPANDED_BODY_HEADERS: ReadonlySet<string> = new Set([
  ...BODY_HEADERS,
  ...['cache-control', 'cdn-cache-control', 'surrogate-control', 'expires', 'age', 'last-modified'],
]);

const LARGE = 256 * 1024;

export async function composeResponse(context: CompositionContext): Promise<void> {
  const { req, res, next, composition, selection, options } = context;
  const { lifting, alwaysReadsBody: isRead, graphOperation: operation } = composition;
  const now = performance.now();
  const deadline = Math.min(exchangeOf(req).context.deadline, now + options.limits.expand.deadline);
  const { disconnected, expired } = createAbortSignals(res, deadline - now);
  const primary = await fetchPrimaryResource(context, disconnected);
  const { response, responseHeaders: head, value } = primary;
  if (value === undefined) {
    if (isRead || !primary.format.rendering) return options.sendUpstreamResponse(response, req, res, head);
    // How things went wrong is for the service to show.
    response.discard();
    exchangeOf(req).target = primary.path;
    return next();
  }
  const isSuccess = response.status >= 200 && response.status < 300;
  const isComposed = isSuccess && isObject(value) && (lifting !== undefined || selection !== WHOLE);
  if (!isComposed || operation === undefined) return sendRewritten(context, primary, isSuccess);

  const representation = lifting && liftPrimary(context, primary, lifting);
  if (representation && selection === WHOLE && !hasLinks(representation, value))
    return sendRewritten(context, primary, isSuccess);
  const body = representation ? primary.format.write(representation) : (value as Body);
  const expanded =
    selection.plan.length > 0 ? await expand(context, primary, body, { over: expired, deadline }) : undefined;
  if (expanded && isStrict(req.headers.prefer?.toString())) refuseIncomplete(expanded.failures);
  // What is large is written in a turn of its own.
  if (expanded && expanded.bytes > LARGE) await setImmediate();
  if (selection.kept !== undefined) cut(body, selection.kept, primary.format);
  return sendComposed(context, primary, operation, body, expanded);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What was read for the URLs in it alone: as the service sent it, where they are public already. */
async function sendRewritten(
  context: CompositionContext,
  primary: PrimaryResponse,
  isSuccess: boolean,
): Promise<void> {
  const { response: answer, responseHeaders: head, value, isChanged, charset, contentType } = primary;
  if (!isChanged || charset === undefined) return sendUnchanged(context, primary);
  const bytes = charset.encode(writeExact(value));
  const etag = isSuccess ? liftedTag(bytes, answer.header('etag')) : undefined;
  await finishResponse(context.req, context.res, {
    status: answer.status,
    bytes,
    etag,
    contentType,
    head: without(head, BODY_HEADERS),
  });
}

/** The service was not asked on a condition, as what it sends could have been changed. */
async function sendUnchanged(
  { req, res, options }: CompositionContext,
  { response: answer, responseHeaders: head }: PrimaryResponse,
): Promise<void> {
  const etag = answer.header('etag');
  const { status } = answer;
  const headers = etag === undefined ? undefined : notModifiedHeaders(req, { status, etag }, head);
  if (headers === undefined) return options.sendUpstreamResponse(answer, req, res, head);
  answer.discard();
  res.writeHead(304, notModifiedHead(headers)).end();
}

/** The head of a 304 where the client has the representation already, as it is or compressed; undefined where it has not. */
function notModifiedHeaders(
  req: IncomingMessage,
  validators: { readonly status: number; readonly etag: string },
  head: readonly string[],
): readonly string[] | undefined {
  const conditions = conditionsOf(req);
  if (isNotModified(validators, conditions)) return head;
  // The raw one has the tags of compressed representations as the service knows them, where it has `compression: on`.
  const ifNoneMatch = fieldOf(req.rawHeaders, 'if-none-match');
  if (!isNotModified(validators, { ...conditions, ifNoneMatch })) return undefined;
  return withCodedTag(validators.etag, req, head);
}

function liftPrimary(
  { req, composition }: CompositionContext,
  primary: PrimaryResponse,
  lifting: Lifting,
): Representation {
  const { params, query } = exchangeOf(req);
  const { responseHeaders: head, value, origin } = primary;
  return liftResponse(lifting, composition.urls, {
    body: value as object,
    rawHeaders: head,
    self: isReadRequest(req) ? plain(requestTarget(req)) : undefined,
    params: decodeParameters(params),
    ...{ query, origin },
  });
}

function expand(
  { req, composition, selection, options }: CompositionContext,
  { response: answer, format, requestHeaders: headers, origin }: PrimaryResponse,
  body: Body,
  { over: expired, deadline }: { readonly over: AbortSignal; readonly deadline: number },
): Promise<Expanded> {
  const { dispatch: send, compositionOf, limits } = options;
  const partType = format.rendering?.partType ?? (composition.lifting && format.mediaType);
  const fetch = createPartFetcher({
    ...{ dispatch: send, compositionOf, format, origin },
    headers: partType === undefined ? headers : withAccept(headers, partType),
    parent: exchangeOf(req),
    signal: expired,
    deadline,
    limit: limits.expand.bytes,
  });
  return expandBody(body, selection.plan, {
    ...{ fetch, format, deadline: expired },
    expand: selection.expand,
    cacheControl: deductAge(answer),
    limits: limits.expand,
    isCut: selection.kept !== undefined,
  });
}

async function sendComposed(
  context: CompositionContext,
  { response: answer, responseHeaders: head, value, format, typeOf, charset, contentType }: PrimaryResponse,
  operation: GraphOperation,
  body: Body,
  expanded: Expanded | undefined,
): Promise<void> {
  const { req, res, composition, selection } = context;
  const { lifting } = composition;
  const isPlain = lifting !== undefined && format === json;
  const page = { url: requestTarget(req), operation, isFromGateway: true };
  const text = format.rendering
    ? format.rendering.serialize(body, page)
    : writeExact(isPlain ? inPlace(value as object, body, operation.shape ?? {}) : body);
  const type = typeOf(body);
  // What is not in the service's own type is UTF-8.
  const bytes = type === contentType && charset ? charset.encode(text) : Buffer.from(text);

  const added = Object.entries(format.rendering?.headers ?? {});
  const replaced = expanded ? EXPANDED_BODY_HEADERS : BODY_HEADERS;
  const names = added.map(([name]) => name.toLowerCase());
  const ownHeaders = selection === WHOLE ? head : withSelectedLinks(head, body, format);
  const headers = without(ownHeaders, names.length === 0 ? replaced : replaced.union(new Set(names)));
  if (expanded) headers.push('Cache-Control', expanded.cacheControl);
  if (expanded && isStrict(req.headers.prefer?.toString())) headers.push('Preference-Applied', STRICT);
  if (lifting) headers.push('Vary', 'Accept, Prefer');
  const links = omitExistingLinks(headerLinks(body, format, operation), headers);
  if (links.length > 0) headers.push('Link', linkHeader(links));
  headers.push(...added.flat());

  await finishResponse(req, res, {
    status: answer.status,
    bytes,
    etag: lifting && selection === WHOLE ? liftedTag(bytes, answer.header('etag')) : etagOf(bytes),
    contentType: type,
    head: headers,
  });
}
