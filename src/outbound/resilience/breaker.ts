/**
 * A circuit breaker of an instance, of the kind that its policy names: an instance has one for its connections, and one
 * for each of its operations. The last available instance is cut off only when no call to it succeeds, since a few
 * failures are better than no service. A circuit that the failures of one client opened is open for that client alone.
 */
import { CircuitState, circuitBreaker, handleWhen } from 'cockatiel';
import type { BreakerPolicy } from '../../config/policies/breaker.ts';
import { CircuitScope, type ClientId } from './circuit-scope.ts';
import { CountBreaker } from './count-breaker.ts';
import { failureScopeOf } from './failure-scope.ts';
import { type AttemptResult, attemptResultOf, type Outcome } from './outcome.ts';
import { SamplingBreaker } from './sampling-breaker.ts';

/** The number of the circuit that every call goes through, for failures that concern all operations. */
export const INSTANCE_CIRCUIT = 0;

export interface BreakerOptions {
  /** Which of the circuits of its instance it is. */
  readonly circuit?: number;
  /** Whether another instance would take the calls of a client, or of all clients, so that the circuit may open. */
  readonly isReplaceable?: (client: ClientId) => boolean;
  /** Whether the service has other instances. */
  readonly hasAlternatives?: () => boolean;
  /** Called when the circuit opens, lets a probe through, or closes. */
  readonly onChange?: (isClosed: boolean) => void;
  /** Called when a closed circuit opens, and when one that was open for one client opens for all. */
  readonly onOpen?: (isForOneClient: boolean) => void;
}

/** As much of a call as a circuit needs. */
export interface GuardedCall {
  /** The circuit of an instance that the call goes through. */
  readonly circuit: number;
  readonly client: ClientId;
  /** How many more pauses this call leaves to calls that make better half-open probes. */
  readonly probeDelay: number;
}

/** What an attempt of a guarded call returned or threw. */
export type GuardedResult = AttemptResult<Pick<GuardedCall, 'circuit' | 'client'>>;

export const createBreaker = (
  policy: BreakerPolicy,
  {
    circuit = INSTANCE_CIRCUIT,
    isReplaceable = () => true,
    hasAlternatives = () => false,
    onChange = () => {},
    onOpen = () => {},
  }: BreakerOptions = {},
) => {
  let openUntil = 0;
  /** The client whose call is the half-open probe. */
  let probingClient: ClientId;
  const counter = createCounter(policy);
  const scope = new CircuitScope();
  const isCountedFailure = ({ outcome, call }: GuardedResult): boolean => {
    const failureScope = failureScopeOf(outcome);
    if (failureScope === 'none') return false;
    if (failureScope === 'instance') return circuit === INSTANCE_CIRCUIT;
    if (call?.circuit !== circuit) return false;
    // A failure that the request may have provoked ejects one of several instances, as the others take its calls. It
    // never ejects the last one.
    return failureScope === 'operation' || (hasAlternatives() && isReplaceable(call.client));
  };
  const isFailureOf = (result: unknown): boolean => isCountedFailure(attemptResultOf(result));
  const breaker = circuitBreaker(
    // An attempt whose client left, or that had no time left, says nothing about the target. If it was the half-open
    // probe, cockatiel would take the absence of a failure for a success.
    handleWhen((error) => {
      const result: GuardedResult = attemptResultOf(error);
      const { outcome } = result;
      const isJudged = circuit === INSTANCE_CIRCUIT ? isConclusive(outcome) : isConnected(outcome);
      return isJudged ? isCountedFailure(result) : breaker.state === CircuitState.HalfOpen;
    }).orWhenResult(isFailureOf),
    {
      halfOpenAfter: policy.halfOpenAfter,
      breaker: {
        state: undefined,
        success: (state) => counter.success(state),
        failure: (state) => {
          const isTripped = counter.failure(state);
          const result = resultOf(breaker.lastFailure);
          if (state !== CircuitState.Closed) {
            const isCounted = isCountedFailure(result);
            const client = isCounted ? suspectOf(result) : probingClient;
            if (scope.recordFailedProbe(client, isCounted)) onOpen(false);
            return true;
          }
          // The circuit was closed when this call began, and is not closed any more.
          if (breaker.state !== CircuitState.Closed) {
            recordBypassFailure(result);
            return false;
          }
          scope.countFailure(suspectOf(result));
          if (!isTripped) return false;
          const onlyClient = scope.soleCauseOf(counter.failures);
          if (!isReplaceable(onlyClient) && !counter.hasNoSuccess) return false;
          scope.open(onlyClient);
          onOpen(onlyClient !== undefined);
          return true;
        },
      },
    },
  );
  breaker.onStateChange((state) => onChange(state === CircuitState.Closed));
  breaker.onBreak(() => {
    openUntil = Date.now() + policy.halfOpenAfter;
  });
  const isPauseOver = (extraPauses: number): boolean =>
    breaker.state === CircuitState.Open && Date.now() >= openUntil + extraPauses * policy.halfOpenAfter;
  const allowsSecondProbe = (client: ClientId): boolean =>
    breaker.state === CircuitState.Open && scope.allowsSecondProbe(client);

  /** A call failed that did not go through the open circuit: if another client caused it, the circuit opens for all. */
  const recordBypassFailure = (result: GuardedResult): void => {
    const client = suspectOf(result);
    if (scope.onlyClient === undefined || client === scope.onlyClient) return;
    if (!isReplaceable(undefined) && !counter.hasNoSuccess) return;
    scope.open(undefined);
    onOpen(false);
  };
  /**
   * Makes a call that the open circuit does not block.
   * @param end called with whether the call succeeded, or with undefined where it says nothing about the target
   */
  const bypass = async <T>(
    attempt: () => Promise<T>,
    end: (isSuccess?: boolean) => void = () => {},
  ): Promise<T> => {
    const recordFailure = (result: unknown) => {
      if (breaker.state !== CircuitState.Closed) recordBypassFailure(attemptResultOf(result));
      end(false);
    };
    try {
      const value = await attempt();
      if (isFailureOf(value)) recordFailure(value);
      else {
        if (breaker.state !== CircuitState.Closed) counter.success(CircuitState.Closed);
        end(true);
      }
      return value;
    } catch (error) {
      if (isFailureOf(error)) recordFailure(error);
      else end(isConnected(attemptResultOf(error).outcome) ? true : undefined);
      throw error;
    }
  };

  return {
    execute: <T>({ client, probeDelay }: GuardedCall, attempt: () => Promise<T>): Promise<T> => {
      if (breaker.state === CircuitState.Closed) return breaker.execute(attempt);
      const isBlocked = scope.blocks(client);
      if (!isPauseOver(isBlocked ? 0 : probeDelay)) {
        if (!isBlocked) return bypass(attempt);
        if (allowsSecondProbe(client)) {
          const firstClient = scope.beginSecondProbe();
          return bypass(attempt, (isSuccess) => {
            if (breaker.state === CircuitState.Open) scope.endSecondProbe(firstClient, isSuccess);
          });
        }
      }
      if (breaker.state === CircuitState.Open) probingClient = client;
      return breaker.execute(attempt);
    },
    get state(): BreakerState {
      return STATES[breaker.state];
    },
    /** The state as a client sees it. */
    stateFor: (client: ClientId): BreakerState => (scope.blocks(client) ? STATES[breaker.state] : 'closed'),
    /** The client that the circuit is not closed for, where it is one alone. */
    get onlyClient(): ClientId {
      return breaker.state === CircuitState.Closed ? undefined : scope.onlyClient;
    },
    get openUntil(): number {
      return openUntil;
    },
    /** Whether a call may be the half-open probe: there is no other probe, and the pause is over. */
    isProbeDue: (client: ClientId, extraPauses = 0): boolean =>
      isPauseOver(extraPauses) || (extraPauses === 0 && allowsSecondProbe(client)),
    /** Counts a call that did not go through the circuit, since `execute` costs time; only while it is closed. */
    count: (failure?: GuardedResult): void => {
      if (breaker.state !== CircuitState.Closed) return;
      if (failure === undefined) counter.success(CircuitState.Closed);
      else breaker.execute(() => Promise.reject(failure)).catch(() => {});
    },
    /** Counts a call as failed that was counted as a success, since its response was truncated. */
    retractSuccess: (failure: GuardedResult): void => {
      if (breaker.state !== CircuitState.Closed || !isReplaceable(failure.call?.client)) return;
      counter.retractSuccess();
      breaker.execute(() => Promise.reject(failure)).catch(() => {});
    },
  };
};

export type Breaker = ReturnType<typeof createBreaker>;

export type BreakerState = 'closed' | 'open' | 'half-open';

const STATES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
} as const;

const createCounter = (policy: BreakerPolicy): SamplingBreaker | CountBreaker =>
  policy.kind === 'sampling' ? new SamplingBreaker(policy) : new CountBreaker(policy);

type FailureReason = { error: unknown } | { value: unknown };

const resultOf = (reason: FailureReason | undefined): GuardedResult =>
  attemptResultOf(reason !== undefined && 'error' in reason ? reason.error : reason?.value);

const isConclusive = ({ kind }: Outcome): boolean => kind !== 'inconclusive';

/** Whether the attempt shows that the instance can be reached. */
const isConnected = (outcome: Outcome): boolean =>
  isConclusive(outcome) && failureScopeOf(outcome) !== 'instance';

/** The client that may have provoked a failure; undefined where no connection was made. */
const suspectOf = ({ outcome, call }: GuardedResult): ClientId =>
  outcome.kind === 'unreachable' ? undefined : call?.client;
