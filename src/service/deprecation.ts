/** Tells with every answer of an operation that it is given up, also with its problems. */
import type { RequestHandler } from 'express';
import { type Deprecation, deprecationHeaders } from '../contract/deprecation.ts';

/** @throws Error when a date is none */
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
