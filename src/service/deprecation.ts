/** Adds the deprecation headers to every response of a deprecated operation, including its problems. */
import type { RequestHandler } from 'express';
import { type Deprecation, deprecationHeaders } from '../contract/deprecation.ts';

/** @throws Error for an invalid date */
export function deprecation(deprecated: Deprecation | undefined): RequestHandler[] {
  if (deprecated === undefined) return [];
  const headers = deprecationHeaders(deprecated);
  return [
    (_req, res, next) => {
      res.set(headers);
      next();
    },
  ];
}
