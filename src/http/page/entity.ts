/**
 * The content of a response, created once when the documents are loaded: bytes, media type, strong ETag.
 *
 * Reads `If-None-Match`, `Accept-Encoding`. Sends 200 or 304 (RFC 9110 §8.8.3, §13.1.2), no body for HEAD,
 * `Cache-Control` (RFC 9111 §5.2) and the security headers. Any other method is 405 with `Allow` (§15.5.6).
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
  /** Caches store the response and revalidate it each time: documents change when the gateway restarts. */
  revalidate: 'no-cache',
  never: 'no-store',
  files: 'public, max-age=300, stale-while-revalidate=86400',
  /** For paths that contain a hash of the content. */
  immutable: 'public, max-age=31536000, immutable',
} as const;

const ALLOW = 'GET, HEAD, OPTIONS';

/** @param more additional headers; they replace default headers of the same name */
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

/** Each compressed body is created on its first request and cached as long as the entity exists. */
const compressedBodies = new WeakMap<Entity, Map<Coding, Buffer | Promise<Buffer>>>();

function compressedBody(content: Entity, coding: Coding): Buffer | Promise<Buffer> {
  const bodies = compressedBodies.get(content) ?? new Map<Coding, Buffer | Promise<Buffer>>();
  compressedBodies.set(content, bodies);
  const body = bodies.get(coding) ?? compress(content.body, coding);
  bodies.set(coding, body);
  return body;
}

/** Sends one of several entities of a resource, chosen by `Accept`. Sends `Vary`, with the 406 as well. */
export function sendNegotiated(
  req: Request,
  res: Response,
  entities: ReadonlyMap<string, (req: Request) => Entity>,
): void {
  res.vary('Accept');
  const make = entities.get(negotiate(req.headers.accept, [...entities.keys()]));
  if (make) send(req, res, make(req));
}

/** Serves GET, HEAD and OPTIONS of one path. Other methods are refused with 405. */
export function get(router: Router, path: string, handler: RequestHandler): void {
  router
    .route(path)
    .get(handler)
    .options((_req, res) => {
      res.status(204).set({ ...dataSecurity, Allow: ALLOW, 'Cache-Control': cache.revalidate });
      res.end();
    })
    .all((req) => {
      throw new Problem(methodNotAllowed, `${req.path} can only be read with GET.`, {
        headers: { Allow: ALLOW },
      });
    });
}
