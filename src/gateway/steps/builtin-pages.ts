/**
 * Serves the pages of the gateway itself. The first segment of the path selects them, so that other requests are not
 * delayed. Only this step needs Express.
 */
import express, { type RequestHandler } from 'express';
import { firstSegment, RESERVED_SEGMENTS } from '../../contract/reserved-paths.ts';
import type { Step } from '../../http/server/pipeline.ts';
import { keepHooks } from '../../http/server/response-head.ts';
import type { TrustProxy } from '../../http/server/trust-proxy.ts';

export function builtinPages(pages: RequestHandler, trustProxy: TrustProxy): Step {
  const app = express()
    .disable('x-powered-by')
    .set('trust proxy', trustProxy)
    .use((req, res, next) => {
      const first = firstSegment(req.path);
      if (!req.path.startsWith(`/${first}`)) req.url = req.url.replace(/[^/?]*%[^/?]*/, first);
      pages(req, res, next);
    }) as unknown as Step;
  return function ownPages(req, res, next) {
    if (!RESERVED_SEGMENTS.has(firstSegment(req.url ?? ''))) return next();
    keepHooks(res);
    return app(req, res, next);
  };
}
