/**
 * What a path answers to a method that no operation of it has.
 *
 * Sends 204 with `Allow` and `Accept-Patch` for OPTIONS (RFC 9110 §9.3.7, RFC 5789 §3.1), and throws
 * method-not-allowed (405) with `Allow` for any other (RFC 9110 §15.5.6).
 */
import type { RequestHandler } from 'express';
import type { Contract } from '../contract/contract.ts';
import { ACCEPT_PATCH } from '../contract/media-types.ts';
import { bodyTypes } from '../contract/operation.ts';
import { Problem } from '../contract/problem.ts';
import { methodNotAllowed } from '../contract/problems.ts';
import { ASKED_EACH_TIME } from './operation-runner.ts';

/** @returns a handler for each path template */
export function otherMethods(contract: Contract): Map<string, RequestHandler> {
  const byPath = Map.groupBy(contract.operations, ({ path }) => path);
  return new Map(
    [...byPath].map(([path, operations]) => {
      const methods = operations.map(({ method }) => method.toUpperCase());
      const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
      const patch = operations.find(({ method }) => method === 'patch')?.body;
      const options = {
        Allow: allow,
        ...(patch === undefined ? {} : { [ACCEPT_PATCH]: bodyTypes(patch).join(', ') }),
        'Cache-Control': ASKED_EACH_TIME,
      };
      return [path, handler(allow, options)];
    }),
  );
}

const handler =
  (allow: string, options: Readonly<Record<string, string>>): RequestHandler =>
  (req, res) => {
    if (req.method === 'OPTIONS') return void res.status(204).set(options).end();
    throw new Problem(methodNotAllowed, `Not ${req.method}, but ${allow}.`, { headers: { Allow: allow } });
  };
