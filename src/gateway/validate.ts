/**
 * Holds a request against its operation in the document before a service is bothered with it.
 *
 * Reads every declared parameter, `Cookie`, `Content-Type`, `Content-Encoding`, `Content-Length`; sends 400 (with a
 * JSON Pointer to each fault, or for what is not well-formed), 413, 415. JSON and forms are checked and go on as the
 * bytes that came; what is neither streams through. A body that the document does not
 * declare is refused, unless it says nothing. A GET without query is not parsed at all.
 */
import type { IncomingMessage } from 'node:http';
import { parseCookie } from 'cookie';
import { type Fault, Problem } from '../contract/problem.ts';
import { badRequest, validationFailed } from '../contract/problems.ts';
import type { Step } from '../http/in-order.ts';
import { hasBody, isEmptyBody } from '../http/request-body.ts';
import { collectBody, decodedBody } from '../http/whole-body.ts';
import { overTurns, TurnOver } from './contract/turn.ts';
import { type Exchange, exchangeOf } from './exchange.ts';
import { streamBody } from './receive-body.ts';

export const validate = (bodyLimit: number): Step =>
  function validate(req, _res, next) {
    const exchange = exchangeOf(req);
    let faults: readonly Fault[];
    try {
      faults = parameterFaults(exchange, req);
    } catch (error) {
      if (!(error instanceof TurnOver)) throw error;
      return overTurns(() => parameterFaults(exchange, req)).then((found) =>
        validateBody(req, found, bodyLimit, next),
      );
    }
    validateBody(req, faults, bodyLimit, next);
  };

/** @param faults of the parameters */
function validateBody(
  req: IncomingMessage,
  faults: readonly Fault[],
  bodyLimit: number,
  next: Parameters<Step>[2],
): void {
  const exchange = exchangeOf(req);
  const { body, takesAnyBody } = exchange.operation;
  if (!hasBody(req)) {
    refuse(faults);
    body?.acceptNone();
    next();
    return;
  }
  if (body === undefined && !takesAnyBody) {
    refuse(faults);
    isEmptyBody(req)
      .then((empty) => refuse(empty ? NONE : UNDECLARED))
      .then(() => next(), next);
    return;
  }
  const media = body?.accept(contentTypeOf(req));
  if (!media?.check) {
    refuse(faults);
    exchange.body = streamBody(req, bodyLimit);
    next();
    return;
  }
  const { check } = media;
  collectBody(req, bodyLimit)
    .then(async (bytes) => {
      const decoded = await decodedBody(req, bytes, bodyLimit);
      refuse([...faults, ...(await overTurns(() => check(decoded)))]);
      exchange.body = bytes;
    })
    .then(() => next(), next);
}

/** @throws Problem bad-request (400) for two, of which a service may take the other */
function contentTypeOf(req: IncomingMessage): string | undefined {
  const type = req.headers['content-type'];
  if (type !== undefined && (req.headersDistinct['content-type']?.length ?? 0) > 1)
    throw new Problem(badRequest, 'There is more than one Content-Type.');
  return type;
}

const NONE: readonly Fault[] = [];

const UNDECLARED: readonly Fault[] = [
  { in: 'body', pointer: '#', detail: 'is not expected: this operation takes no body' },
];

const parameterFaults = ({ operation, params, query }: Exchange, req: IncomingMessage): readonly Fault[] => {
  const { parameters } = operation;
  let faults = NONE;
  if (!parameters.path.takeAll)
    faults = parameters.path.check(new Map([...params].map(([name, value]) => [name, [value]])));
  if (query !== '' || parameters.query.required) faults = [...faults, ...parameters.query.check(query)];
  if (parameters.header.size > 0) faults = [...faults, ...parameters.header.check(headersOf(req))];
  if (parameters.cookie.size > 0) faults = [...faults, ...parameters.cookie.check(cookiesOf(req))];
  return faults;
};

const headersOf = ({ headers }: IncomingMessage): Map<string, string[]> =>
  new Map(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat()]));

/** By name, which may be there more than once (RFC 6265 §5.4). */
function cookiesOf({ headers }: IncomingMessage): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of (headers.cookie ?? '').split(';'))
    for (const [name, value = ''] of Object.entries(parseCookie(pair, { decode: (text) => text }))) {
      const known = values.get(name);
      if (known) known.push(value);
      else values.set(name, [value]);
    }
  return values;
}

const refuse = (errors: readonly Fault[]): void => {
  if (errors.length === 0) return;
  const count = errors.length === 1 ? 'One thing is' : `${errors.length} things are`;
  throw new Problem(validationFailed, `${count} not as the contract says; see \`errors\`.`, {
    extensions: { errors },
  });
};
