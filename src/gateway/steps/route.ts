/**
 * Finds the operation of a request.
 *
 * Sends 400 if the path is ambiguous, 404 if no document has the path, 503 if a document that is not available may have
 * it, and 405 with `Allow` if the path has no such method (RFC 9110 §15.5.6). Responds to OPTIONS with 204, `Allow`
 * (§9.3.7) and `Accept-Patch` (RFC 5789 §3.1). A CORS preflight (Fetch §3.2.2) goes to the service of the operation that
 * it names, unless the gateway handles CORS: then only the service knows which origins it allows.
 */
import type { IncomingMessage } from 'node:http';
import { ACCEPT_PATCH } from '../../contract/media-types.ts';
import { Problem } from '../../contract/problem.ts';
import { methodNotAllowed } from '../../contract/problems.ts';
import { contextOf } from '../../http/context.ts';
import { REQUEST_ID_HEADER } from '../../http/identify.ts';
import type { Step } from '../../http/server/pipeline.ts';
import { preflightedMethod } from '../cors/preflight.ts';
import { Exchange, setExchange } from '../exchange.ts';
import type { OperationRouter } from '../routing/router.ts';
import type { UnavailableServices } from '../routing/unavailable-services.ts';

export interface RouteOptions {
  readonly router: OperationRouter;
  readonly unavailableServices: UnavailableServices;
  readonly securityHeaders: readonly string[];
  /** Forwards a preflight to the service. */
  readonly preflight: Step;
  /** Counts a request that matches no operation. */
  readonly countUnrouted?: ((req: IncomingMessage) => void | Promise<void>) | undefined;
}

export const route = ({
  router,
  unavailableServices,
  securityHeaders,
  preflight,
  countUnrouted,
}: RouteOptions): Step => {
  const finishUnrouted: Step = (req, res) => {
    const { method = '', url = '' } = req;
    const context = contextOf(req);
    const allow = router.allowed(url).join(', ');
    if (!allow) throw unavailableServices.problem(url);
    if (method !== 'OPTIONS') {
      throw new Problem(methodNotAllowed, `This path supports ${allow}.`, { headers: { Allow: allow } });
    }
    const patch = router.find('PATCH', url)?.operation.body?.types.join(', ');
    const head = ['Allow', allow, ...(patch === undefined ? [] : [ACCEPT_PATCH, patch])];
    head.push('Cache-Control', 'no-cache', ...securityHeaders, REQUEST_ID_HEADER, context.requestId);
    res.writeHead(204, head).end();
  };
  const counted = (finish: Step): Step =>
    countUnrouted === undefined
      ? finish
      : (req, res, next) => {
          const pending = countUnrouted(req);
          return pending ? pending.then(() => finish(req, res, next)) : finish(req, res, next);
        };
  const sendPreflight = counted(preflight);
  const sendUnrouted = counted(finishUnrouted);
  return function route(req, res, next) {
    const { method = '', url = '' } = req;
    const context = contextOf(req);
    const preflightMethod = preflightedMethod(req);
    const match = router.find(method, url) ?? (preflightMethod && router.find(preflightMethod, url));
    if (match) {
      const exchange = Exchange.fromClient(req, res, context, match);
      context.service = match.operation.service;
      context.operationId = match.operation.operationId;
      setExchange(req, exchange);
      // A preflight does not have the parameters and responses of the operation that it names.
      if (preflightMethod !== undefined && match.operation.method !== method)
        return sendPreflight(req, res, next);
      next();
      return;
    }
    return sendUnrouted(req, res, next);
  };
};
