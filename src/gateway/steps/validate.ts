/**
 * Validates a request against its operation in the document before the request reaches the service.
 *
 * Reads every declared parameter, `Cookie`, `Content-Type`, `Content-Encoding`, `Content-Length`. Sends 400 with a JSON
 * Pointer to each fault, 400 for a malformed request, 413, 415,
 * 503 where other bodies occupy the memory for bodies. JSON and forms are checked and forwarded unchanged; other
 * bodies are streamed. A body that the document does not declare is rejected unless it is empty. A GET without a query
 * is not parsed at all.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { parseCookie } from 'cookie';
import type { Limits } from '../../config/limits.ts';
import type { Fault } from '../../contract/problem.ts';
import { Problem } from '../../contract/problem.ts';
import { badRequest, validationFailed } from '../../contract/problems.ts';
import { type HeldBodies, HeldBody } from '../../http/body/held-bodies.ts';
import { hasBody, isEmptyBody } from '../../http/body/request-body.ts';
import { readWholeBody } from '../../http/body/whole-body.ts';
import type { Exchange } from '../exchange.ts';
import { streamBody } from '../proxy/receive-body.ts';
import { retryAcrossSlices, TimeSliceExceeded } from '../validation/schema/time-slice.ts';
import type { OperationStep } from './operation-step.ts';

export interface ValidateOptions {
  readonly limits: Pick<Limits, 'body' | 'bodies'>;
  readonly heldBodies: HeldBodies;
}

export const validate = (options: ValidateOptions): OperationStep =>
  function validate(exchange) {
    let faults: readonly Fault[];
    try {
      faults = parameterFaults(exchange);
    } catch (error) {
      if (!(error instanceof TimeSliceExceeded)) throw error;
      return retryAcrossSlices(() => parameterFaults(exchange)).then((found) =>
        validateBody(exchange, found, options),
      );
    }
    return validateBody(exchange, faults, options);
  };

/** @param faults faults of the parameters */
function validateBody(
  exchange: Exchange,
  faults: readonly Fault[],
  { limits, heldBodies }: ValidateOptions,
): void | Promise<void> {
  const { client, isInternal, operation } = exchange;
  const { body, acceptsUndeclaredBody } = operation;
  if (isInternal || !hasBody(client)) {
    throwIfInvalid(faults);
    body?.acceptEmpty();
    return;
  }
  if (body === undefined && !acceptsUndeclaredBody) {
    throwIfInvalid(faults);
    return isEmptyBody(client).then((empty) => throwIfInvalid(empty ? NO_FAULTS : UNDECLARED_BODY));
  }
  const media = body?.accept(contentTypeOf(client));
  if (!media?.check) {
    throwIfInvalid(faults);
    exchange.body = streamBody(
      client,
      limits.body,
      new HeldBody(heldBodies, limits.bodies, exchange.response),
    );
    return;
  }
  const { check } = media;
  const held = new HeldBody(heldBodies, limits.bodies, exchange.response);
  return readWholeBody(client, held, limits).then(async ({ bytes, decoded }) => {
    throwIfInvalid([...faults, ...(await retryAcrossSlices(() => check(decoded)))]);
    exchange.body = bytes;
  });
}

/** @throws Problem bad-request (400) for several: the service may use a different one than the gateway */
function contentTypeOf(req: IncomingMessage): string | undefined {
  const type = req.headers['content-type'];
  if (type !== undefined && (req.headersDistinct['content-type']?.length ?? 0) > 1)
    throw new Problem(badRequest, 'There is more than one Content-Type.');
  return type;
}

const NO_FAULTS: readonly Fault[] = [];

const UNDECLARED_BODY: readonly Fault[] = [
  { in: 'body', pointer: '#', detail: 'is not expected: this operation does not take a body' },
];

const parameterFaults = (exchange: Exchange): readonly Fault[] => {
  const { operation, params, query } = exchange;
  const { parameters } = operation;
  let faults = NO_FAULTS;
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

/** Cookies by name; a name may occur several times (RFC 6265 §5.4). */
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

const throwIfInvalid = (errors: readonly Fault[]): void => {
  if (errors.length === 0) return;
  const count = errors.length === 1 ? '1 error' : `${errors.length} errors`;
  throw new Problem(
    validationFailed,
    `The request does not match the API contract (${count}); see \`errors\`.`,
    { extensions: { errors } },
  );
};
