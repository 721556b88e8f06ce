/**
 * Responds to CORS preflight requests (Fetch §3.2.2) from the route table, before authentication: a browser sends them
 * without credentials.
 *
 * Reads `Origin`, `Access-Control-Request-Method`, `Access-Control-Request-Private-Network`. Sends 204 with the methods
 * of the path and the request headers of the operation, or 403 for an origin that is not allowed. Preflights for a
 * service that handles CORS itself, and for paths that nothing serves, continue.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Problem } from '../../contract/problem.ts';
import { crossSite } from '../../contract/problems.ts';
import { firstSegment, RESERVED_SEGMENTS } from '../../contract/reserved-paths.ts';
import { contextOf } from '../../http/context.ts';
import { REQUEST_ID_HEADER } from '../../http/identify.ts';
import type { Step } from '../../http/server/pipeline.ts';
import type { OperationRouter } from '../routing/router.ts';
import type { GatewayCors } from './gateway-cors.ts';

/** @returns the method that a browser asks permission for, from a page of another origin */
export function preflightedMethod({ method, headers }: IncomingMessage): string | undefined {
  if (method !== 'OPTIONS' || headers.origin === undefined || hasBody(headers)) return undefined;
  return headers['access-control-request-method'];
}

/** A preflight has no body. */
const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

export interface PreflightOptions {
  readonly cors: GatewayCors;
  readonly router: OperationRouter;
  readonly securityHeaders: readonly string[];
}

const METHODS_OF_PAGES = 'GET, HEAD, OPTIONS';

export const preflight = ({ cors, router, securityHeaders }: PreflightOptions): Step =>
  function preflight(req, res, next) {
    const method = preflightedMethod(req);
    const { url = '' } = req;
    if (method === undefined) return next();
    const isPage = RESERVED_SEGMENTS.has(firstSegment(url));
    const methods = isPage ? METHODS_OF_PAGES : router.allowed(url).join(', ');
    const operation = isPage ? undefined : router.find(method, url)?.operation;
    if (methods === '' || (operation && cors.isPassed(operation.service))) return next();
    const { origin } = req.headers;
    if (!cors.rules.allows(origin))
      throw new Problem(crossSite, 'Pages of this origin may not send requests to this server.');
    const { requestId } = contextOf(req);
    const head = ['Allow', methods, 'Cache-Control', 'no-cache'];
    head.push(...securityHeaders, REQUEST_ID_HEADER, requestId);
    cors.rules.sendPreflight(req, res, { methods, headers: cors.headers.request(operation) }, head);
  };
