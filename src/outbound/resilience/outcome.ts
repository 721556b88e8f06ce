/**
 * The outcome of an attempt, in terms that do not depend on a protocol. Retries, circuit breakers and load balancing
 * decide by it alone, so that a protocol other than HTTP only has to map its results to these kinds.
 */

/**
 * - `success`: the target responded, and nothing in the response speaks against the target.
 * - `throttled`: the target works and asks for fewer calls (429).
 * - `unavailable`: the target cannot serve the operation at the moment (502, 503, 504).
 * - `failed`: the operation failed, and would fail again (other server errors).
 * - `internal-error`: the operation failed, perhaps because of what is in the request (500).
 * - `unreachable`: no connection was made, so that nothing was sent.
 * - `connect-timeout`: the time was over before there was a connection.
 * - `timeout`: no response came in time; the target may have worked on the request, or still does.
 * - `broken`: the connection broke before the response was complete.
 * - `malformed`: what came is no message of the protocol, perhaps because of what is in the request.
 * - `unusable`: a response came that cannot be passed on.
 * - `inconclusive`: the attempt says nothing about the target, because the client left or no time remained.
 */
export type Outcome =
  | {
      readonly kind: 'throttled' | 'unavailable';
      /** Milliseconds that the target asks to wait; undefined where it does not say. */
      readonly retryAfter: number | undefined;
    }
  | {
      readonly kind:
        | 'success'
        | 'failed'
        | 'internal-error'
        | 'unreachable'
        | 'connect-timeout'
        | 'timeout'
        | 'broken'
        | 'malformed'
        | 'unusable'
        | 'inconclusive';
    };

/** What an attempt returned or threw, with its outcome and the call that it was made for. */
export interface AttemptResult<C> {
  readonly outcome: Outcome;
  /** Undefined for a response that came from a cache. */
  readonly call: C | undefined;
}

const INCONCLUSIVE: AttemptResult<never> = { outcome: { kind: 'inconclusive' }, call: undefined };

/**
 * @param result what an attempt returned or threw; an error without an outcome is inconclusive
 */
export const attemptResultOf = <C>(result: unknown): AttemptResult<C> =>
  typeof result === 'object' && result !== null && 'outcome' in result
    ? (result as AttemptResult<C>)
    : INCONCLUSIVE;
