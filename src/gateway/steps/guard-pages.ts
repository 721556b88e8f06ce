/**
 * Asks for credentials before the pages of the gateway itself are served: 401, 403 or 503. Probes of load balancers and
 * the pages about problems stay public.
 */
import { firstSegment, RESERVED_SEGMENTS } from '../../contract/reserved-paths.ts';
import { LIVE_PATH, READY_PATH } from '../../contract/shared-paths.ts';
import { contextOf } from '../../http/context.ts';
import type { Step } from '../../http/server/pipeline.ts';
import type { Guard } from '../security/gateway-security.ts';

const PUBLIC_PATHS: ReadonlySet<string> = new Set([LIVE_PATH, READY_PATH]);
const PUBLIC_SEGMENT = 'problems';

export const guardPages = (guard: Guard): Step =>
  function guardPages(req, _res, next) {
    const [path = ''] = (req.url ?? '').split('?', 1);
    const segment = firstSegment(path);
    if (!RESERVED_SEGMENTS.has(segment) || segment === PUBLIC_SEGMENT || PUBLIC_PATHS.has(path))
      return next();
    const decision = guard(req, contextOf(req));
    if (decision) decision.then(() => next(), next);
    else next();
  };
