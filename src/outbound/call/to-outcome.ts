/** Maps HTTP responses, and attempts without a response, to the outcomes that the resilience policies decide by. */
import { parseRetryAfter } from '../../http/headers/retry-after.ts';
import type { Outcome } from '../resilience/outcome.ts';
import type { FailureKind, ResponseFault } from './types.ts';

const TOO_MANY_REQUESTS = 429;
const INTERNAL_SERVER_ERROR = 500;
const NOT_IMPLEMENTED = 501;
const UNAVAILABLE: ReadonlySet<number> = new Set([502, 503, 504]);

const SUCCESS: Outcome = { kind: 'success' };

interface ResponseHead {
  readonly status: number;
  /** @param name in lower case */
  header(name: string): string | undefined;
}

interface FailedAttempt {
  readonly failure: FailureKind;
  /** Whether there was a connection. */
  readonly isConnected: boolean;
  readonly fault: ResponseFault | undefined;
}

/** Whether a status speaks against the target; 501 says only that it never supported the method (RFC 9110 §15.6.2). */
export const isFailureStatus = (status: number): boolean => status >= 500 && status !== NOT_IMPLEMENTED;

export function toOutcome(result: ResponseHead | FailedAttempt): Outcome {
  return 'failure' in result ? outcomeOfFailure(result) : outcomeOfResponse(result);
}

/** Reads `Retry-After` (RFC 9110 §10.2.3). */
function outcomeOfResponse(response: ResponseHead): Outcome {
  const { status } = response;
  if (status === TOO_MANY_REQUESTS || UNAVAILABLE.has(status)) {
    return {
      kind: status === TOO_MANY_REQUESTS ? 'throttled' : 'unavailable',
      retryAfter: parseRetryAfter(response.header('retry-after')),
    };
  }
  if (!isFailureStatus(status)) return SUCCESS;
  return { kind: status === INTERNAL_SERVER_ERROR ? 'internal-error' : 'failed' };
}

function outcomeOfFailure({ failure, isConnected, fault }: FailedAttempt): Outcome {
  if (failure === 'invalid') return { kind: fault === 'not-http' ? 'malformed' : 'unusable' };
  return { kind: failure === 'timeout' && !isConnected ? 'connect-timeout' : failure };
}
