/**
 * What a page answers with, made once when the documents are loaded: bytes, their type, a strong ETag.
 *
 * Reads `If-None-Match`, `Accept-Encoding`; sends 200 or 304 (RFC 9110 §8.8.3, §13.1.2), HEAD without a body, `Cache-Control`
 * (RFC 9111 §5.2) and the security headers. Any other method is 405 with `Allow` (§15.5.6).
 */
import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response, Router } from 'express';
import type { Coding } from '../../config/compression.ts';
import { Problem } from '../../contract/problem.ts';
import { methodNotAllowed } from '../../contract/problems.ts';
import { compress } from '../body/compression.ts';
import { finishResponse } from '../finish-response.ts';
import { negotiate } from '../headers/negotiate.ts';
import { dataSecurity, pageSecurity } from './security.ts';

export interface Entity {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export const HTML = 'text/html';

export const cache = {
  /** Kept by caches, but asked about again each time: documents change when the gateway starts anew. */
  revalidate: 'no-cache',
  never: 'no-store',
  files: 'public, max-age=300, stale-while-revalidate=86400',
  /** For a name that changes with the content. */
  immutable: 'public, max-age=31536000, immutable',
} as const;

const ALLOW = 'GET, HEAD, OPTIONS';

/** @param more headers that are added, or go before those that are always there */
export function entity(
  type: string,
  body: string | Buffer,
  more: Readonly<Record<string, string>> = {},
): Entity {
  const bytes = Buffer.from(body);
  return {
    body: bytes,
    headers: {
      ...(type === HTML ? pageSecurity() : dataSecurity),
      'Content-Type': type.startsWith('text/') ? `${type}; charset=utf-8` : type,
      ETag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
      'Cache-Control': cache.revalidate,
      ...more,
    },
  };
}

export const jsonEntity = (type: string, body: unknown, more?: Readonly<Record<string, string>>): Entity =>
  entity(type, JSON.stringify(body), more);

export function send(req: Request, res: Response, content: Entity, status = 200): void {
  const { 'Content-Type': contentType = '', ETag: etag, ...headers } = content.headers;
  const sent = finishResponse(req, res, {
    status,
    bytes: content.body,
    contentType,
    etag,
    head: Object.entries(headers).flat(),
    compressed: (coding) => compressedBody(content, coding),
  });
  if (sent) sent.catch(() => res.destroy());
}

/** Compressed bodies, each made when it is asked for first, and kept as long as what it is made from. */
const compressedBodies = new WeakMap<Entity, Map<Coding, Buffer | Promise<Buffer>>>();

function compressedBody(content: Entity, coding: Coding): Buffer | Promise<Buffer> {
  const known = compressedBodies.get(content) ?? new Map<Coding, Buffer | Promise<Buffer>>();
  compressedBodies.set(content, known);
  const found = known.get(coding) ?? compress(content.body, coding);
  known.set(coding, found);
  return found;
}

/** One of several entities of a resource, by `Accept`; `Vary` goes with it, and with the 406 as well. */
export function sendNegotiated(
  req: Request,
  res: Response,
  entities: ReadonlyMap<string, (req: Request) => Entity>,
): void {
  res.vary('Accept');
  const make = entities.get(negotiate(req.headers.accept, [...entities.keys()]));
  if (make) send(req, res, make(req));
}

/** GET and HEAD of one path, and the answer to every other method. */
export function get(router: Router, path: string, handler: RequestHandler): void {
  router
    .route(path)
    .get(handler)
    .options((_req, res) => {
      res.status(204).set({ ...dataSecurity, Allow: ALLOW, 'Cache-Control': cache.revalidate });
      res.end();
    })
    .all((req) => {
      throw new Problem(methodNotAllowed, `${req.path} is read with GET.`, { headers: { Allow: ALLOW } });
    });
}
