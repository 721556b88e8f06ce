/** THE MAP of an answer that is put together: ask the service, add links, expand, cut, send. */
import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { fromUtf8 } from '../../http/body/charset.ts';
import { conditionsOf, finishResponse, isNotModified, notModifiedHead } from '../../http/finish-response.ts';
import { etagOf } from '../../http/headers/etag.ts';
import { linkHeader } from '../../http/headers/link-header.ts';
import { fieldOf, without } from '../../http/headers/raw-headers.ts';
import { plain } from '../../http/uri/href.ts';
import { requestTarget } from '../../http/uri/request-target.ts';
import { type ExpansionResult, expandBody } from '../../hypermedia/expand/expand.ts';
import { isStrict, requireComplete, STRICT } from '../../hypermedia/expand/strict.ts';
import { project } from '../../hypermedia/fields/project.ts';
import { type Body, encodeBody } from '../../hypermedia/formats/format.ts';
import { json } from '../../hypermedia/formats/hal.ts';
import type { GraphOperation } from '../../hypermedia/graph/model.ts';
import { headerLinks } from '../../hypermedia/header-links.ts';
import { mergeIntoOriginal } from '../../hypermedia/lift/in-place.ts';
import { hasGeneratedLinks, type Lifting } from '../../hypermedia/lift/lift.ts';
import type { Representation } from '../../hypermedia/representation.ts';
import { NO_SELECTION } from '../../hypermedia/selection.ts';
import { exchangeOf } from '../exchange.ts';
import { codedAs } from '../proxy/send-upstream-response.ts';
import { endsOf } from './abort-signals.ts';
import { remaining } from './cache-control.ts';
import type { Composing } from './context.ts';
import { accepting, fetchParts } from './embedded-resources.ts';
import { liftedTag } from './entity-tags.ts';
import { decodedValues, liftAnswer, withoutWritten, withSelectedLinks } from './lift-response.ts';
import { askSubject, isReading, type Subject } from './primary-response.ts';

/** What is sent has its own. */
const OF_THE_BYTES: ReadonlySet<string> = new Set([
  ...['content-length', 'content-type', 'etag', 'accept-ranges'],
  ...['content-md5', 'digest', 'content-digest', 'repr-digest'],
]);
const OF_THE_EXPANDED: ReadonlySet<string> = new Set([
  ...OF_THE_BYTES,
  ...['cache-control', 'cdn-cache-control', 'surrogate-control', 'expires', 'age', 'last-modified'],
]);

const LARGE = 256 * 1024;

export async function answerWhole(work: Composing): Promise<void> {
  const { req, res, next, composition, selection, options } = work;
  const { lifting, isRead, subject: operation } = composition;
  const now = performance.now();
  const deadline = Math.min(exchangeOf(req).context.deadline, now + options.limits.expand.deadline);
  const { gone, over } = endsOf(res, deadline - now);
  const subject = await askSubject(work, gone);
  const { answer, head, value } = subject;
  if (value === undefined) {
    if (isRead || !subject.format.rendering) return options.passOn(answer, req, res, head);
    // How things went wrong is for the service to show.
    answer.discard();
    exchangeOf(req).target = subject.path;
    return next();
  }
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const isWhole = isSuccess && isObject(value) && (lifting !== undefined || selection !== NO_SELECTION);
  if (!isWhole || operation === undefined) return sendRead(work, subject, isSuccess);

  const representation = lifting && lifted(work, subject, lifting);
  if (representation && selection === NO_SELECTION && !hasGeneratedLinks(representation, value))
    return sendRead(work, subject, isSuccess);
  const body = representation ? subject.format.write(representation) : (value as Body);
  const expanded =
    selection.plan.length > 0 ? await expand(work, subject, body, { over, deadline }) : undefined;
  if (expanded && isStrict(req.headers.prefer?.toString())) requireComplete(expanded.failures);
  // What is large is written in a turn of its own.
  if (expanded && expanded.bytes > LARGE) await setImmediate();
  if (selection.fields !== undefined) project(body, selection.fields, subject.format);
  return send(work, subject, operation, body, expanded);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What was read for the URLs in it alone: as the service sent it, where they are public already. */
async function sendRead(work: Composing, subject: Subject, isSuccess: boolean): Promise<void> {
  const { answer, head, value, isChanged, charset, contentType } = subject;
  if (!isChanged || charset === undefined) return sendUnchanged(work, subject);
  const bytes = fromUtf8(json.codec.encode(value), charset);
  const etag = isSuccess ? liftedTag(bytes, answer.header('etag')) : undefined;
  await finishResponse(work.req, work.res, {
    status: answer.status,
    bytes,
    etag,
    contentType,
    head: without(head, OF_THE_BYTES),
  });
}

/** The service was not asked on a condition, as what it sends could have been changed. */
async function sendUnchanged({ req, res, options }: Composing, { answer, head }: Subject): Promise<void> {
  const etag = answer.header('etag');
  const { status } = answer;
  const confirmed = etag === undefined ? undefined : confirmedHead(req, { status, etag }, head);
  if (confirmed === undefined) return options.passOn(answer, req, res, head);
  answer.discard();
  res.writeHead(304, notModifiedHead(confirmed)).end();
}

/** The head of a 304 where the client has the representation already, as it is or compressed; undefined where it has not. */
function confirmedHead(
  req: IncomingMessage,
  validators: { readonly status: number; readonly etag: string },
  head: readonly string[],
): readonly string[] | undefined {
  const conditions = conditionsOf(req);
  if (isNotModified(validators, conditions)) return head;
  // The raw one has the tags of compressed representations as the service knows them, where it has `compression: on`.
  const ifNoneMatch = fieldOf(req.rawHeaders, 'if-none-match');
  if (!isNotModified(validators, { ...conditions, ifNoneMatch })) return undefined;
  return codedAs(validators.etag, req, head);
}

function lifted({ req, composition }: Composing, subject: Subject, lifting: Lifting): Representation {
  const { params, query } = exchangeOf(req);
  const { head, value, origin } = subject;
  return liftAnswer(lifting, composition.urls, {
    body: value as object,
    rawHeaders: head,
    self: isReading(req) ? plain(requestTarget(req)) : undefined,
    params: decodedValues(params),
    ...{ query, origin },
  });
}

function expand(
  { req, composition, selection, options }: Composing,
  { answer, format, headers, origin }: Subject,
  body: Body,
  { over, deadline }: { readonly over: AbortSignal; readonly deadline: number },
): Promise<ExpansionResult> {
  const { send, compositionOf, limits } = options;
  const partType = format.rendering?.partType ?? (composition.lifting && format.mediaType);
  const fetch = fetchParts({
    ...{ send, compositionOf, format, origin },
    headers: partType === undefined ? headers : accepting(headers, partType),
    whole: exchangeOf(req),
    signal: over,
    deadline,
    limit: limits.expand.bytes,
  });
  return expandBody(body, selection.plan, {
    ...{ fetch, format, deadline: over },
    expand: selection.expand,
    cacheControl: remaining(answer),
    limits: limits.expand,
    isProjected: selection.fields !== undefined,
  });
}

async function send(
  work: Composing,
  { answer, head, value, format, typeOf, charset, contentType }: Subject,
  operation: GraphOperation,
  body: Body,
  expanded: ExpansionResult | undefined,
): Promise<void> {
  const { req, res, composition, selection } = work;
  const { lifting } = composition;
  const isPlain = lifting !== undefined && format === json;
  const asked = { url: requestTarget(req), operation, isFromGateway: true };
  const written = isPlain ? mergeIntoOriginal(value as object, body, operation.shape ?? {}) : body;
  const encoded = encodeBody(format, written as Body, asked);
  const type = typeOf(body);
  // What is not in the service's own type is UTF-8.
  const bytes = type === contentType && charset ? fromUtf8(encoded, charset) : encoded;

  const added = Object.entries(format.rendering?.headers ?? {});
  const replaced = expanded ? OF_THE_EXPANDED : OF_THE_BYTES;
  const names = added.map(([name]) => name.toLowerCase());
  const own = selection === NO_SELECTION ? head : withSelectedLinks(head, body, format);
  const kept = without(own, names.length === 0 ? replaced : replaced.union(new Set(names)));
  if (expanded) kept.push('Cache-Control', expanded.cacheControl);
  if (expanded && isStrict(req.headers.prefer?.toString())) kept.push('Preference-Applied', STRICT);
  if (lifting) kept.push('Vary', 'Accept, Prefer');
  const links = withoutWritten(headerLinks(body, format, operation), kept);
  if (links.length > 0) kept.push('Link', linkHeader(links));
  kept.push(...added.flat());

  await finishResponse(req, res, {
    status: answer.status,
    bytes,
    etag: lifting && selection === NO_SELECTION ? liftedTag(bytes, answer.header('etag')) : etagOf(bytes),
    contentType: type,
    head: kept,
  });
}
