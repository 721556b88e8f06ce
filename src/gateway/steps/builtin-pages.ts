/**
 * What the gateway answers itself, told by the first segment of the path, so that all else is not held up. It is the one
 * step that needs Express.
 */
import express, { type RequestHandler } from 'express';
import { firstSegment, RESERVED_SEGMENTS } from '../../contract/reserved-paths.ts';
import type { Step } from '../../http/server/pipeline.ts';
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
    if (RESERVED_SEGMENTS.has(firstSegment(req.url ?? ''))) return app(req, res, next);
    next();
  };
}
