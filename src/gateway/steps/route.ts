/**
 * Finds the operation that a request is for.
 *
 * Sends 400 where the path could be taken for another, 404 where no document has the path, 503 where one that
 * cannot be had may have it, 405 with `Allow`
 * where it has, but not with this method (RFC 9110 §15.5.6), and answers OPTIONS with 204, `Allow` (§9.3.7) and
 * `Accept-Patch` (RFC 5789 §3.1). A CORS preflight (Fetch §3.3.2) goes to the service whose operation it asks about: only
 * the service knows which origins it lets in.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { ACCEPT_PATCH } from '../../contract/media-types.ts';
import { Problem } from '../../contract/problem.ts';
import { methodNotAllowed } from '../../contract/problems.ts';
import { contextOf } from '../../http/context.ts';
import { REQUEST_ID_HEADER } from '../../http/identify.ts';
import type { Step } from '../../http/server/pipeline.ts';
import { Exchange, setExchange } from '../exchange.ts';
import type { OperationRouter } from '../routing/router.ts';
import type { UnavailableServices } from '../routing/unavailable-services.ts';

export interface RouteOptions {
  readonly router: OperationRouter;
  readonly unavailableServices: UnavailableServices;
  readonly securityHeaders: readonly string[];
  /** Sends a preflight to the service that it is for, and back. */
  readonly preflight: Step;
}

export const route = ({ router, unavailableServices, securityHeaders, preflight }: RouteOptions): Step =>
  function route(req, res, next) {
    const { method = '', url = '' } = req;
    const context = contextOf(req);
    const preflightMethod = preflightedMethod(req);
    const match = router.find(method, url) ?? (preflightMethod && router.find(preflightMethod, url));
    if (match) {
      const exchange = Exchange.fromClient(req, context, match);
      context.service = match.operation.service;
      context.operationId = match.operation.operationId;
      setExchange(req, exchange);
      // Its parameters and its response are not those of the operation that it asks about.
      if (preflightMethod !== undefined && match.operation.method !== method)
        return preflight(req, res, next);
      next();
      return;
    }
    const allow = router.allowed(url).join(', ');
    if (!allow) throw unavailableServices.problem(url);
    if (method !== 'OPTIONS') {
      throw new Problem(methodNotAllowed, `This path takes ${allow}.`, { headers: { Allow: allow } });
    }
    const patch = router.find('PATCH', url)?.operation.body?.types.join(', ');
    const head = ['Allow', allow, ...(patch === undefined ? [] : [ACCEPT_PATCH, patch])];
    head.push('Cache-Control', 'no-cache', ...securityHeaders, REQUEST_ID_HEADER, context.requestId);
    res.writeHead(204, head).end();
  };

/** @returns the method that a browser would like to send from a page of another origin */
function preflightedMethod({ method, headers }: IncomingMessage): string | undefined {
  if (method !== 'OPTIONS' || headers.origin === undefined || hasBody(headers)) return undefined;
  return headers['access-control-request-method'];
}

/** A preflight has none. */
const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
