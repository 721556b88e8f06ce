/**
 * `?expand=` at the gateway: a service embeds what it owns, and is asked for that alone; relations that lead to
 * other services are followed here, in parallel, by the same routes and policies as any other request.
 *
 * Reads `expand`, `Accept`, `If-None-Match`. Sends 304 (RFC 9110 §15.4.5) for the expanded body, 400
 * expand-unknown or expand-limit before anything is sent, 502 where the subject cannot be read. An answer of the
 * subject that is no 200 with JSON goes on untouched.
 */
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { ExpandLimits } from '../config/limits.ts';
import { JSON_TYPE } from '../contract/media-types.ts';
import { Problem } from '../contract/problem.ts';
import { badGateway } from '../contract/problems.ts';
import { etagOf, noneMatch } from '../http/etag.ts';
import { acceptable } from '../http/negotiate.ts';
import { expandBody } from '../hypermedia/expand/expand.ts';
import { type FetchPart, partOf } from '../hypermedia/expand/fetch.ts';
import { type Embeds, servedBySubject } from '../hypermedia/expand/plan.ts';
import { isStrict, refuseIncomplete, STRICT } from '../hypermedia/expand/strict.ts';
import { cut } from '../hypermedia/fields/cut.ts';
import type { Body, Format } from '../hypermedia/formats/format.ts';
import { json } from '../hypermedia/formats/hal.ts';
import { formats } from '../hypermedia/formats/index.ts';
import type { GraphOperation, LinkGraph } from '../hypermedia/graph.ts';
import { headerLinks } from '../hypermedia/header-links.ts';
import { forSubject, type Selection, select } from '../hypermedia/selection.ts';
import type { UpstreamAnswer } from '../outbound/answer.ts';
import { exchangeOf } from './exchange.ts';
import { type ResponseHeaders, requestHeaders, without } from './headers.ts';
import type { Send } from './send.ts';

export interface ExpandOptions {
  readonly graph: LinkGraph;
  readonly send: Send;
  readonly limits: ExpandLimits;
  readonly trustProxy: boolean;
  readonly headersOf: ResponseHeaders;
}

/** Most bytes that are taken of one answer. */
const MAX_ANSWER = 10 * 1024 ** 2;
const MEDIA_TYPES = formats.map(({ mediaType }) => mediaType);
const ACCEPT: ReadonlySet<string> = new Set(['accept']);
/** They speak of the plain resource, or would make an answer that cannot be read here. */
const NOT_PASSED: ReadonlySet<string> = new Set([
  'if-none-match',
  'if-modified-since',
  'range',
  'if-range',
  'accept-encoding',
]);
/** The expanded body has its own. */
const REPLACED: ReadonlySet<string> = new Set([
  'content-length',
  'content-type',
  'etag',
  'link',
  'cache-control',
  'last-modified',
]);

const embeds: Embeds = (owner, target) => owner.expands && owner.service === target.service;

export const expand = (options: ExpandOptions): RequestHandler =>
  // Not async: most requests only pass, and a promise each would cost them.
  function expand(req, res, next) {
    const exchange = exchangeOf(req);
    if (!/(?:expand|fields)=/.test(exchange.query)) return next();
    const subject = options.graph.operation(exchange.operation.service, exchange.operation.operationId);
    if (subject?.expands !== true) return next();
    const selection = select(new URLSearchParams(exchange.query), subject, embeds, options.limits);
    if (servedBySubject(selection.plan)) return next();
    return answerWhole(req, res, next, { subject, selection }, options);
  };

interface Planned {
  readonly subject: GraphOperation;
  readonly selection: Selection;
}

async function answerWhole(
  req: Request,
  res: Response,
  next: NextFunction,
  planned: Planned,
  options: ExpandOptions,
): Promise<void> {
  const { send, limits, trustProxy, headersOf } = options;
  const deadline = AbortSignal.timeout(limits.deadline);
  const { subject, selection } = planned;
  const { plan, expand, kept: fields } = selection;
  const exchange = exchangeOf(req);
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  // A page is made of the whole, so its parts are asked for as what it is made of.
  const { rendering } = preferred(req) ?? {};
  const passed = without(requestHeaders(req, exchange.context, trustProxy), NOT_PASSED);
  const headers = rendering ? [...without(passed, ACCEPT), 'Accept', rendering.partType] : passed;
  const get = (path: string, signal = gone.signal) => send({ method: 'GET', path, headers }, signal);

  const target = forSubject(exchange.target, selection);
  const answer = await get(target);
  if (!isReadable(answer) && rendering) {
    answer.discard();
    exchange.target = target;
    return next();
  }
  if (!isReadable(answer)) return answer.pipe(res, headersOf(answer.rawHeaders, exchange.context));
  const body = (await readJson(answer)) as Body;
  const signal = AbortSignal.any([gone.signal, deadline]);
  const fetch: FetchPart = async (href) => part(await get(href, signal));
  const cacheControl = answer.header('cache-control');
  const format = formatOf(answer);
  const whole = await expandBody(body, plan, { fetch, format, expand, cacheControl, limits, deadline });
  if (fields !== undefined) cut(body, fields, format);

  const kept = without(headersOf(answer.rawHeaders, exchange.context), REPLACED);
  if (isStrict(req.get('Prefer'))) {
    refuseIncomplete(whole.failures);
    kept.push('Preference-Applied', STRICT);
  }
  const link = headerLinks(whole.body, format, subject);
  if (link !== undefined) kept.push('Link', link);
  const type = typeOf(req, answer, body);
  if (rendering === undefined)
    return sendWhole(req, res, { ...whole, type, text: JSON.stringify(body) }, kept);
  const asked = { url: req.originalUrl, operation: subject, isFromGateway: true };
  const added = Object.entries(rendering.headers);
  const others = without(kept, new Set(added.map(([name]) => name.toLowerCase())));
  sendWhole(req, res, { ...whole, type, text: rendering.serialize(body, asked) }, [
    ...others,
    ...added.flat(),
  ]);
}

const isReadable = (answer: UpstreamAnswer): boolean =>
  answer.status === 200 &&
  /[/+]json\b/.test(answer.header('content-type') ?? '') &&
  answer.header('content-encoding') === undefined;

/** The one that the subject came in: the parts come in the same, as they are asked for with the same `Accept`. */
const formatOf = (answer: UpstreamAnswer): Format => {
  const type = answer.header('content-type')?.split(';', 1)[0]?.trim();
  return formats.find(({ mediaType }) => mediaType === type) ?? json;
};

async function readJson(answer: UpstreamAnswer): Promise<unknown> {
  try {
    return JSON.parse((await answer.collect(MAX_ANSWER)).toString());
  } catch (cause) {
    throw new Problem(badGateway, 'What the service answered could not be read.', { cause });
  }
}

async function part(answer: UpstreamAnswer): ReturnType<FetchPart> {
  const contentType = answer.header('content-type') ?? '';
  const isJson = /[/+]json\b/.test(contentType);
  if (!isJson) answer.discard();
  return partOf({
    status: answer.status,
    contentType,
    cacheControl: answer.header('cache-control'),
    retryAfter: answer.header('retry-after'),
    body: isJson ? await readJson(answer) : undefined,
  });
}

/** A part may bring what the format of the subject alone did not have, as actions. */
const typeOf = (req: Request, answer: UpstreamAnswer, body: Body): string =>
  preferred(req)?.typeOf?.(body) ?? answer.header('content-type') ?? JSON_TYPE;

/** What the caller would like most; none where it is for the service to refuse. */
function preferred({ headers: { accept } }: Request): Format | undefined {
  const [chosen] = acceptable(accept, MEDIA_TYPES);
  return formats.find(({ mediaType }) => mediaType === chosen);
}

function sendWhole(
  req: Request,
  res: Response,
  { text, type, cacheControl }: { text: string; type: string; cacheControl: string },
  kept: readonly string[],
): void {
  const bytes = Buffer.from(text);
  const etag = etagOf(bytes);
  const head = [...kept, 'ETag', etag, 'Cache-Control', cacheControl];
  if (!noneMatch(req.headers['if-none-match'], etag)) {
    res.writeHead(304, head).end();
    return;
  }
  res.writeHead(200, [...head, 'Content-Type', type, 'Content-Length', String(bytes.length)]);
  res.end(req.method === 'HEAD' ? undefined : bytes);
}
