/**
 * Holds a request against its operation in the document before a service is bothered with it.
 *
 * Reads every declared parameter, `Content-Type`, `Content-Length`; sends 400 (with a JSON Pointer to each
 * fault, or for what is not well-formed), 413, 415. JSON is checked and goes on as the bytes that came; what
 * is no JSON, or is compressed, streams through. A GET without query is not parsed at all.
 */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { type Fault, Problem } from '../contract/problem.ts';
import { validationFailed } from '../contract/problems.ts';
import { parseQuery } from './contract/query.ts';
import { type Exchange, exchangeOf } from './exchange.ts';
import { collectBody, hasBody, streamBody } from './receive-body.ts';

export const validate = (bodyLimit: number): RequestHandler =>
  function validate(req, _res, next) {
    const exchange = exchangeOf(req);
    const faults = parameterFaults(exchange, req);
    if (!hasBody(req)) {
      refuse(faults);
      exchange.operation.body?.acceptNone();
      next();
      return;
    }
    const media = exchange.operation.body?.accept(req.headers['content-type']);
    if (!media?.isJson || isCompressed(req)) {
      refuse(faults);
      exchange.body = streamBody(req, bodyLimit);
      next();
      return;
    }
    collectBody(req, bodyLimit)
      .then((bytes) => {
        refuse([...faults, ...media.check(bytes)]);
        exchange.body = bytes;
      })
      .then(next, next);
  };

const isCompressed = ({ headers }: IncomingMessage): boolean =>
  (headers['content-encoding'] ?? 'identity') !== 'identity';

const NONE: readonly Fault[] = [];

const parameterFaults = ({ operation, params, query }: Exchange, req: IncomingMessage): readonly Fault[] => {
  const { parameters } = operation;
  let faults = NONE;
  if (parameters.path.size > 0)
    faults = parameters.path.check(new Map([...params].map(([name, value]) => [name, [value]])));
  if (query !== '' || parameters.query.required)
    faults = [...faults, ...parameters.query.check(parseQuery(query))];
  if (parameters.header.size > 0) faults = [...faults, ...parameters.header.check(headersOf(req))];
  return faults;
};

const headersOf = ({ headers }: IncomingMessage): Map<string, string[]> =>
  new Map(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat()]));

const refuse = (errors: readonly Fault[]): void => {
  if (errors.length === 0) return;
  const count = errors.length === 1 ? 'One thing is' : `${errors.length} things are`;
  throw new Problem(validationFailed, `${count} not as the contract says; see \`errors\`.`, {
    extensions: { errors },
  });
};
