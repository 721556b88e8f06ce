/** Turns the errors of a call into the problems that the client gets. */
import { BulkheadRejectedError } from 'cockatiel';
import { Problem } from '../../contract/problem.ts';
import { badGateway, circuitOpen, overloaded, upstreamTimeout } from '../../contract/problems.ts';
import { CallAborted, CallFailure, DeadlineExceeded, problemOfFailure } from './call-errors.ts';

/** @returns a Problem for each error of a call, and any other error as it is */
export function toProblem(service: string, error: unknown): unknown {
  if (error instanceof CallFailure) return problemOfFailure(service, error);
  if (error instanceof DeadlineExceeded) {
    return new Problem(
      upstreamTimeout,
      `The remaining time was too short to call the service "${service}".`,
      {
        extensions: { service },
      },
    );
  }
  if (error instanceof BulkheadRejectedError) {
    return new Problem(overloaded, `Too many calls to the service "${service}" are in flight.`, {
      headers: { 'Retry-After': '1' },
      extensions: { service },
    });
  }
  return error;
}

/**
 * The error for a response whose body is incomplete.
 * @returns a Problem, with 504 where the body did not arrive in time; CallAborted where the client left
 */
export function truncatedBody(cause: unknown): unknown {
  if (cause instanceof CallAborted) return cause;
  const problem = cause instanceof CallFailure ? cause.call.toProblem(cause) : undefined;
  const { type, extensions = {} } = problem instanceof Problem ? problem : {};
  if (type === upstreamTimeout) return problem;
  return new Problem(badGateway, 'The response of the service was truncated.', { cause, extensions });
}

/**
 * The problem of a call that no instance accepts.
 * @param until when an instance may be probed, in milliseconds since the epoch; undefined where an operator isolated
 * all instances
 * @param pause the time to wait where that is not known, in milliseconds
 * @param cause the latest failure
 */
export function circuitOpenProblem(
  service: string,
  until: number | undefined,
  pause: number,
  cause: unknown,
): Problem {
  const detail =
    until === undefined
      ? `No instance of the service "${service}" accepts calls at the moment.`
      : `The service "${service}" is failing and is given time to recover.`;
  const milliseconds = until === undefined ? pause : until - Date.now();
  return new Problem(circuitOpen, detail, {
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(milliseconds / 1000))) },
    extensions: { service },
    cause,
  });
}
