/**
 * The Express route of one operation: negotiate, plan, run, expand, send.
 *
 * Reads `Accept`, `If-None-Match`, `If-Match`, `Prefer: return` (RFC 7240 §4.2). Sends the statuses of the
 * contract, 304 (RFC 9110 §15.4.5), and 204 for `Prefer: return=minimal`. Throws not-acceptable (406),
 * expand-unknown, fields-unknown and expand-limit (400), precondition-failed (412).
 */
import type { Request, RequestHandler, Response } from 'express';
import { Problem } from '../contract/problem.ts';
import { preconditionFailed } from '../contract/problems.ts';
import { essence } from '../http/body/media-type.ts';
import { contextOf } from '../http/context.ts';
import { finishResponse } from '../http/finish-response.ts';
import { etagOf, passesIfMatch } from '../http/headers/etag.ts';
import { linkHeader } from '../http/headers/link-header.ts';
import { negotiate } from '../http/headers/negotiate.ts';
import { preferences } from '../http/headers/prefer.ts';
import { privateCacheControl } from '../http/headers/private-response.ts';
import { isFromGateway } from '../http/headers/via.ts';
import { readQuery, splitTarget } from '../http/uri/target.ts';
import { expandBody } from '../hypermedia/expand/expand.ts';
import { isStrict, requireComplete, STRICT } from '../hypermedia/expand/strict.ts';
import { project } from '../hypermedia/fields/project.ts';
import { type Body, encodeBody, type Format, renderedOperation } from '../hypermedia/formats/format.ts';
import { formats } from '../hypermedia/formats/index.ts';
import type { GraphOperation } from '../hypermedia/graph/model.ts';
import { headerLinks } from '../hypermedia/header-links.ts';
import { extractSelection, NO_SELECTION } from '../hypermedia/selection.ts';
import type { Expansion } from './expansion.ts';
import type { OperationResponse, OperationRunner } from './operation-runner.ts';
import { callerOf } from './security/caller.ts';

const MEDIA_TYPES = formats.map(({ mediaType }) => mediaType);

export function operationRoute(runner: OperationRunner, expansion: Expansion): RequestHandler {
  const { node } = runner;
  return async (req, res) => {
    Object.assign(contextOf(req), { service: node.service, operationId: node.operationId });
    const mediaType = negotiate(req.headers.accept, MEDIA_TYPES);
    const format = formats.find((candidate) => candidate.mediaType === mediaType);
    if (format === undefined) throw new Error(`there is no format for ${mediaType}`);
    const requestCaller = callerOf(req);
    const { caller, allows } = requestCaller;
    const query = readQuery(splitTarget(req.url)[1]);
    const { plan, expand, fields } = node.expands
      ? extractSelection(query, node, expansion.embeds, expansion.limits, allows)
      : NO_SELECTION;

    const request = {
      params: req.params,
      query,
      body: req.body,
      mediaType: essence(req.headers['content-type'] ?? ''),
      url: req.originalUrl,
      headers: req.headers,
      caller,
      allows,
    };
    const remaining = contextOf(req).deadline - performance.now();
    const time = Math.min(expansion.limits.deadline, Math.max(0, Math.ceil(remaining)));
    const deadline = AbortSignal.timeout(time);
    const response = await runner.run(request, format);

    let cacheControl = runner.cacheControl;
    if (plan.length > 0) {
      const fetch = expansion.fetchAs(
        format.rendering?.partType ?? req.headers.accept,
        format,
        requestCaller,
      );
      const expanded = await expandBody(response.body as Body, plan, {
        fetch,
        format,
        expand,
        cacheControl,
        limits: expansion.limits,
        deadline,
        isProjected: fields !== undefined,
        request: { path: req.params, query: Object.fromEntries(query) },
      });
      ({ cacheControl } = expanded);
      if (isStrict(req.get('Prefer'))) {
        requireComplete(expanded.failures);
        res.set('Preference-Applied', STRICT);
      }
    }
    if (fields !== undefined) project(response.body as Body, fields, format);
    const page = {
      url: req.originalUrl,
      operation: renderedOperation(node, allows),
      allows,
      isFromGateway: isFromGateway(req),
    };
    // The operation itself may be one that not everyone may call.
    allows(node);
    if (requestCaller.dependsOnCaller) {
      cacheControl = privateCacheControl(cacheControl);
      if (requestCaller.vary.length > 0) res.vary(requestCaller.vary.join(', '));
    }
    await send(
      req,
      res,
      plan.length > 0 || fields !== undefined ? { ...response, stateTag: undefined } : response,
      {
        node,
        format,
        cacheControl,
        bytes: response.body === undefined ? undefined : encodeBody(format, response.body as Body, page),
      },
    );
  };
}

interface EncodedResponse {
  readonly node: GraphOperation;
  readonly format: Format;
  readonly cacheControl: string;
  readonly bytes: Buffer | undefined;
}

function send(
  req: Request,
  res: Response,
  { status, body, self, stateTag, isReplay }: OperationResponse,
  { node, format, cacheControl, bytes }: EncodedResponse,
): void | Promise<void> {
  res.status(status).vary('Accept').vary('Prefer').set('Cache-Control', cacheControl);
  if (isReplay) res.setHeader('Idempotent-Replayed', 'true');
  if (bytes === undefined) {
    res.end();
    return;
  }
  const links = headerLinks(body as Body, format, node);
  if (links.length > 0) res.append('Link', linkHeader(links));
  // A 304 has these headers too, because they replace those of the cached response (RFC 9111 §3.2).
  for (const [name, value] of Object.entries(format.rendering?.headers ?? {})) res.setHeader(name, value);
  const etag = etagOf(bytes, stateTag);
  if (status === 201 && self !== undefined) res.setHeader('Location', self);
  if (req.method === 'GET' || req.method === 'HEAD') {
    if (!passesIfMatch(req.headers['if-match'], etag))
      throw new Problem(preconditionFailed, 'The ETag of the representation differs.', {
        headers: { ETag: etag },
      });
  } else {
    const preference = preferences(req.get('Prefer')).get('return');
    if (preference === 'minimal' || preference === 'representation')
      res.setHeader('Preference-Applied', `return=${preference}`);
    if (preference === 'minimal') {
      res.setHeader('ETag', etag);
      res.status(status === 200 ? 204 : status).end();
      return;
    }
    if (self !== undefined) res.setHeader('Content-Location', self);
  }
  const contentType = format.typeOf?.(body as Body) ?? format.mediaType;
  return finishResponse(req, res, { status, bytes, contentType, etag, head: [] });
}
