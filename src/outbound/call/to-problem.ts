/** What a caller is told of a call without an answer. */
import { BulkheadRejectedError } from 'cockatiel';
import { Problem } from '../../contract/problem.ts';
import { badGateway, circuitOpen, overloaded, upstreamTimeout } from '../../contract/problems.ts';
import { CallAborted, CallFailure, DeadlineExceeded, problemOfFailure } from './call-errors.ts';

/** @returns a Problem for what may happen to a call, and anything else as it is */
export function toProblem(service: string, error: unknown): unknown {
  if (error instanceof CallFailure) return problemOfFailure(service, error);
  if (error instanceof DeadlineExceeded) {
    return new Problem(upstreamTimeout, `Too little time was left to ask the service "${service}".`, {
      extensions: { service },
    });
  }
  if (error instanceof BulkheadRejectedError) {
    return new Problem(overloaded, `Too many calls to the service "${service}" are in flight.`, {
      headers: { 'Retry-After': '1' },
      extensions: { service },
    });
  }
  return error;
}

/** Of an answer whose head came: a Problem, 504 where the rest was not here in time, or who asked has gone. */
export function truncatedBody(cause: unknown): unknown {
  if (cause instanceof CallAborted) return cause;
  const known = cause instanceof CallFailure ? cause.call.toProblem(cause) : undefined;
  const { type, extensions = {} } = known instanceof Problem ? known : {};
  if (type === upstreamTimeout) return known;
  return new Problem(badGateway, 'What the service answered broke off.', { cause, extensions });
}

/**
 * @param until when an instance may be tried again, in milliseconds since the epoch; undefined where an operator took
 * them all out
 * @param pause milliseconds until then, where that is not known
 * @param cause of the latest failure
 */
export function circuitOpenProblem(
  service: string,
  until: number | undefined,
  pause: number,
  cause: unknown,
): Problem {
  const detail =
    until === undefined
      ? `No instance of the service "${service}" takes calls at the moment.`
      : `The service "${service}" is failing and is given time to recover.`;
  const milliseconds = until === undefined ? pause : until - Date.now();
  return new Problem(circuitOpen, detail, {
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(milliseconds / 1000))) },
    extensions: { service },
    cause,
  });
}
