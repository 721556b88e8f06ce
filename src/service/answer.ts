/**
 * The route of one operation, as Express runs it: negotiate, plan, run, expand, send.
 *
 * Reads `Accept`, `If-None-Match`. Sends the statuses of the contract, 304 (RFC 9110 §15.4.5), and throws the
 * problems not-acceptable (406), expand-unknown and expand-limit (400).
 */
import type { Request, RequestHandler, Response } from 'express';
import { contextOf } from '../http/context.ts';
import { etagOf, noneMatch } from '../http/etag.ts';
import { negotiate } from '../http/negotiate.ts';
import { expandBody } from '../hypermedia/expand/expand.ts';
import { parseExpand } from '../hypermedia/expand/parse.ts';
import { planExpand } from '../hypermedia/expand/plan.ts';
import type { Body } from '../hypermedia/formats/format.ts';
import { formats } from '../hypermedia/formats/index.ts';
import { type Expansion, GET_CACHE_CONTROL } from './expansion.ts';
import type { OperationAnswer, OperationRunner } from './operation-runner.ts';

const MEDIA_TYPES = formats.map(({ mediaType }) => mediaType);

export function answer(runner: OperationRunner, expansion: Expansion): RequestHandler {
  const { node } = runner;
  return async (req, res) => {
    Object.assign(contextOf(req), { service: node.service, operationId: node.operationId });
    const mediaType = negotiate(req.headers.accept, MEDIA_TYPES);
    const format = formats.find((candidate) => candidate.mediaType === mediaType);
    if (format === undefined) throw new Error(`no format writes ${mediaType}`);
    const query = new URLSearchParams(req.url.split('?', 2)[1]);
    const asked = parseExpand(node.expands ? query.getAll('expand') : []);
    if (node.expands) query.delete('expand');
    const plan = planExpand(asked, node, expansion.embeds);

    const request = { params: req.params, query, body: req.body, url: req.originalUrl };
    const given = await runner.answer(request, format);

    let cacheControl = GET_CACHE_CONTROL;
    if (plan.length > 0) {
      const fetch = expansion.fetchAs(req.headers.accept, format);
      ({ cacheControl } = await expandBody(given.body as Body, plan, {
        fetch,
        format,
        expand: asked.paths.join(','),
        cacheControl,
      }));
    }
    const type = format.typeOf?.(given.body as Body) ?? format.mediaType;
    send(req, res, given, { type, cacheControl });
  };
}

function send(
  req: Request,
  res: Response,
  { status, body, self }: OperationAnswer,
  { type, cacheControl }: { type: string; cacheControl: string },
): void {
  res.status(status).vary('Accept').vary('Prefer');
  if (body === undefined) {
    res.end();
    return;
  }
  const bytes = Buffer.from(JSON.stringify(body));
  const etag = etagOf(bytes);
  res.setHeader('ETag', etag);
  if (req.method === 'GET' || req.method === 'HEAD') {
    res.setHeader('Cache-Control', cacheControl);
    if (!noneMatch(req.headers['if-none-match'], etag)) {
      res.status(304).end();
      return;
    }
  } else if (self !== undefined) {
    res.setHeader('Content-Location', self);
    if (status === 201) res.setHeader('Location', self);
  }
  res.setHeader('Content-Type', type);
  res.setHeader('Content-Length', bytes.length);
  res.end(req.method === 'HEAD' ? undefined : bytes);
}
