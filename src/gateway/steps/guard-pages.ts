/**
 * Asks for credentials before the pages of the gateway itself are served: 401, 403 or 503. Probes of load balancers and
 * the pages about problems stay public, and so do the sign-in and the style sheets of pages that are shown before it.
 */
import { firstSegment, RESERVED_SEGMENTS } from '../../contract/reserved-paths.ts';
import { LIVE_PATH, READY_PATH } from '../../contract/shared-paths.ts';
import { contextOf } from '../../http/context.ts';
import type { Step } from '../../http/server/pipeline.ts';
import { CALLBACK_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, SIGNED_OUT_PATH } from '../../security/sign-in/paths.ts';
import type { Guard } from '../security/gateway-security.ts';

const PUBLIC_PATHS: ReadonlySet<string> = new Set([
  LIVE_PATH,
  READY_PATH,
  SIGN_IN_PATH,
  CALLBACK_PATH,
  SIGN_OUT_PATH,
  SIGNED_OUT_PATH,
]);
/** Style sheets, scripts and images, which are the same in every installation. See `http/page/files.ts`. */
const PAGE_FILE = /^\/docs\/[\w-]+\.[\da-f]{10}\.(?:css|js|svg)$/;
const PUBLIC_SEGMENT = 'problems';

const isPublic = (segment: string, path: string): boolean =>
  segment === PUBLIC_SEGMENT || PUBLIC_PATHS.has(path) || PAGE_FILE.test(path);

export const guardPages = (guard: Guard): Step =>
  function guardPages(req, _res, next) {
    const [path = ''] = (req.url ?? '').split('?', 1);
    const segment = firstSegment(path);
    if (!RESERVED_SEGMENTS.has(segment) || isPublic(segment, path)) return next();
    const decision = guard(req, contextOf(req));
    if (decision) decision.then(() => next(), next);
    else next();
  };
