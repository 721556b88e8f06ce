/**
 * Finds out who requests a page that lists entry points, so that it lists only those that the caller may call.
 *
 * Reads credentials where the documents say that they are. Never rejects a request: without valid credentials it
 * gets the public entry points.
 */
import type { IncomingMessage } from 'node:http';
import { firstSegment } from '../../contract/reserved-paths.ts';
import { contextOf } from '../../http/context.ts';
import type { Step } from '../../http/server/pipeline.ts';
import type { Authentication } from '../../security/authentication.ts';
import type { Authenticator } from '../../security/authenticator.ts';
import { setPageOffers } from '../security/offered-pages.ts';
import type { GatewayOffers } from '../security/offers.ts';

/** The first segments of `/` and `/explorer`. */
const PAGES: ReadonlySet<string> = new Set(['', 'explorer']);

export const pageOffers = (authenticator: Pick<Authenticator, 'authenticate'>, offers: GatewayOffers): Step =>
  function pageOffers(req, _res, next) {
    if (!PAGES.has(firstSegment(req.url ?? ''))) return next();
    const finish = (): void => {
      const own = offers.to(contextOf(req).caller);
      setPageOffers(req, {
        vary: offers.vary,
        get dependsOnCaller() {
          return own.dependsOnCaller;
        },
        allows(service, operationId) {
          const operation = offers.operation(service, operationId);
          return operation === undefined || own.allows(operation);
        },
      });
      next();
    };
    const authentication = authenticateLeniently(authenticator, req);
    if (authentication instanceof Promise) authentication.then(finish, next);
    else finish();
  };

function authenticateLeniently(
  authenticator: Pick<Authenticator, 'authenticate'>,
  req: IncomingMessage,
): Authentication | Promise<Authentication> | undefined {
  try {
    return authenticator.authenticate(req, contextOf(req));
  } catch {
    // Ambiguous credentials name no caller.
    return undefined;
  }
}
