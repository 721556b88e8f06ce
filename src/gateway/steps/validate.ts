/**
 * Holds a request against its operation in the document before a service is bothered with it.
 *
 * Reads every declared parameter, `Cookie`, `Content-Type`, `Content-Encoding`, `Content-Length`; sends 400 (with a
 * JSON Pointer to each fault, or for what is not well-formed), 413, 415. JSON and forms are checked and go on as the
 * bytes that came; what is neither streams through. A body that the document does not
 * declare is refused, unless it says nothing. A GET without query is not parsed at all.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { parseCookie } from 'cookie';
import type { Fault } from '../../contract/problem.ts';
import { Problem } from '../../contract/problem.ts';
import { badRequest, validationFailed } from '../../contract/problems.ts';
import { hasBody, isEmptyBody } from '../../http/body/request-body.ts';
import { collectBody, decodedBody } from '../../http/body/whole-body.ts';
import type { Exchange } from '../exchange.ts';
import { streamBody } from '../proxy/receive-body.ts';
import { retryAcrossSlices, TimeSliceExceeded } from '../validation/schema/time-slice.ts';
import type { OperationStep } from './operation-step.ts';

export const validate = (bodyLimit: number): OperationStep =>
  function validate(exchange) {
    let faults: readonly Fault[];
    try {
      faults = parameterFaults(exchange);
    } catch (error) {
      if (!(error instanceof TimeSliceExceeded)) throw error;
      return retryAcrossSlices(() => parameterFaults(exchange)).then((found) =>
        validateBody(exchange, found, bodyLimit),
      );
    }
    return validateBody(exchange, faults, bodyLimit);
  };

/** @param faults of the parameters */
function validateBody(exchange: Exchange, faults: readonly Fault[], bodyLimit: number): void | Promise<void> {
  const { client, isPart, operation } = exchange;
  const { body, takesAnyBody } = operation;
  if (isPart || !hasBody(client)) {
    refuse(faults);
    body?.acceptEmpty();
    return;
  }
  if (body === undefined && !takesAnyBody) {
    refuse(faults);
    return isEmptyBody(client).then((empty) => refuse(empty ? NONE : UNDECLARED));
  }
  const media = body?.accept(contentTypeOf(client));
  if (!media?.check) {
    refuse(faults);
    exchange.body = streamBody(client, bodyLimit);
    return;
  }
  const { check } = media;
  return collectBody(client, bodyLimit).then(async (bytes) => {
    const decoded = await decodedBody(client, bytes, bodyLimit);
    refuse([...faults, ...(await retryAcrossSlices(() => check(decoded)))]);
    exchange.body = bytes;
  });
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

const parameterFaults = (exchange: Exchange): readonly Fault[] => {
  const { operation, params, query } = exchange;
  const { parameters } = operation;
  let faults = NONE;
  if (!parameters.path.acceptsAnything)
    faults = parameters.path.check(new Map([...params].map(([name, value]) => [name, [value]])));
  if (query !== '' || parameters.query.required) faults = [...faults, ...parameters.query.check(query)];
  if (parameters.header.size > 0)
    faults = [...faults, ...parameters.header.check(valuesOf(exchange.headers))];
  if (parameters.cookie.size > 0)
    faults = [...faults, ...parameters.cookie.check(cookiesOf(exchange.headers))];
  return faults;
};

const valuesOf = (headers: IncomingHttpHeaders): Map<string, string[]> =>
  new Map(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat()]));

/** By name, which may be there more than once (RFC 6265 §5.4). */
function cookiesOf(headers: IncomingHttpHeaders): Map<string, string[]> {
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
