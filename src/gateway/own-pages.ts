/** What the gateway answers itself, told by the first segment of the path, so that all else is not held up. */
import type { RequestHandler } from 'express';
import { firstSegment, RESERVED_SEGMENTS } from './reserved.ts';

export const ownPages = (pages: RequestHandler): RequestHandler =>
  function ownPages(req, res, next) {
    if (RESERVED_SEGMENTS.has(firstSegment(req.path))) pages(req, res, next);
    else next();
  };
