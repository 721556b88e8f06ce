/** What the gateway answers itself, told by the first segment of the path, so that all else is not held up. */
import type { RequestHandler } from 'express';
import { firstSegment, RESERVED_SEGMENTS } from './reserved.ts';

export const ownPages = (pages: RequestHandler): RequestHandler =>
  function ownPages(req, res, next) {
    const first = firstSegment(req.path);
    if (!RESERVED_SEGMENTS.has(first)) return next();
    if (!req.path.startsWith(`/${first}`)) req.url = req.url.replace(/[^/]*%[^/?]*/, first);
    pages(req, res, next);
  };
