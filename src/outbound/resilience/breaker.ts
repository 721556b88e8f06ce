/**
 * A circuit breaker of an instance, of whichever kind its policy has: one for its connections, and one for each of its
 * operations. The last instance that stands is cut off only when nothing at all comes from it: a bad answer now and
 * then is better than none. Where the failures of one client alone opened it, it is open for that client alone.
 */
import { CircuitState, circuitBreaker, handleWhen } from 'cockatiel';
import type { BreakerPolicy } from '../../config/policies/breaker.ts';
import { CallFailure } from '../call/call-errors.ts';
import type { UpstreamAnswer } from '../call/upstream-response.ts';
import { CircuitScope, type Client } from './circuit-scope.ts';
import { LatestCalls } from './count-breaker.ts';
import { blameOf } from './failure-scope.ts';
import { Sampling } from './sampling-breaker.ts';

/** The circuit that every call goes through, for what concerns all operations. */
export const WHOLE_INSTANCE = 0;

export interface BreakerOptions {
  /** Which of the circuits of its instance it is. */
  readonly circuit?: number;
  /** Whether another one would take its calls, of a client or of all, so that it may open. */
  readonly canBeSpared?: (client: Client) => boolean;
  /** Whether there are others. */
  readonly hasOthers?: () => boolean;
  /** Called when it opens, lets a call try, or closes. */
  readonly onChange?: (isClosed: boolean) => void;
  /** Called when it opens after it was closed, and when it is open for all after it was open for one client. */
  readonly onOpen?: (isForOne: boolean) => void;
}

/** As much of a call as a circuit needs. */
interface Guarded {
  readonly client: Client;
  /** How many more pauses it leaves to calls that are better for a try. */
  readonly patience: number;
}

export const createBreaker = (
  policy: BreakerPolicy,
  {
    circuit = WHOLE_INSTANCE,
    canBeSpared = () => true,
    hasOthers = () => false,
    onChange = () => {},
    onOpen = () => {},
  }: BreakerOptions = {},
) => {
  let openUntil = 0;
  /** Whose call tries if the target is back. */
  let trying: Client;
  const opening = openedBy(policy);
  const scope = new CircuitScope();
  const counts = (outcome: unknown): boolean => {
    const blame = blameOf(outcome);
    if (blame === 'none') return false;
    if (blame === 'instance') return circuit === WHOLE_INSTANCE;
    const { call } = outcome as CallFailure | UpstreamAnswer;
    if (call?.circuit !== circuit) return false;
    // What a request may have provoked costs one of several its calls, as the others take them, and never the last.
    return blame === 'operation' || (hasOthers() && canBeSpared(call.client));
  };
  const breaker = circuitBreaker(
    // A caller that leaves, or one out of time, says nothing of the target; but when its call was the one that
    // should have shown that the target is back, cockatiel would take "no failure" for proof.
    handleWhen((error) =>
      error instanceof CallFailure && (circuit === WHOLE_INSTANCE || error.isConnected)
        ? counts(error)
        : breaker.state === CircuitState.HalfOpen,
    ).orWhenResult(counts),
    {
      halfOpenAfter: policy.halfOpenAfter,
      breaker: {
        state: undefined,
        success: (state) => opening.success(state),
        failure: (state) => {
          const isFull = opening.failure(state);
          const outcome = outcomeOf(breaker.lastFailure);
          if (state !== CircuitState.Closed) {
            const isCounted = counts(outcome);
            if (scope.tryInVain(isCounted ? clientOf(outcome) : trying, isCounted)) onOpen(false);
            return true;
          }
          // It was closed when this call began, and is not now.
          if (breaker.state !== CircuitState.Closed) {
            failBeside(outcome);
            return false;
          }
          scope.count(clientOf(outcome));
          if (!isFull) return false;
          const only = scope.causeOf(opening.failures);
          if (!canBeSpared(only) && !opening.isSilent) return false;
          scope.open(only);
          onOpen(only !== undefined);
          return true;
        },
      },
    },
  );
  breaker.onStateChange((state) => onChange(state === CircuitState.Closed));
  breaker.onBreak(() => {
    openUntil = Date.now() + policy.halfOpenAfter;
  });
  const isDue = (overdue: number): boolean =>
    breaker.state === CircuitState.Open && Date.now() >= openUntil + overdue * policy.halfOpenAfter;

  /** A call failed though it did not go through the open circuit: one of another client opens it for all. */
  const failBeside = (outcome: unknown): void => {
    const client = clientOf(outcome);
    if (scope.only === undefined || client === scope.only) return;
    if (!canBeSpared(undefined) && !opening.isSilent) return;
    scope.open(undefined);
    onOpen(false);
  };
  /** @param end called with whether it went well, or undefined where it says nothing of the target */
  const beside = async <T>(
    attempt: () => Promise<T>,
    end: (isWell?: boolean) => void = () => {},
  ): Promise<T> => {
    const failed = (outcome: unknown) => {
      if (breaker.state !== CircuitState.Closed) failBeside(outcome);
      end(false);
    };
    try {
      const value = await attempt();
      if (counts(value)) failed(value);
      else {
        if (breaker.state !== CircuitState.Closed) opening.success(CircuitState.Closed);
        end(true);
      }
      return value;
    } catch (error) {
      if (counts(error)) failed(error);
      else end(error instanceof CallFailure && error.isConnected ? true : undefined);
      throw error;
    }
  };
  const mayTry = (client: Client): boolean => breaker.state === CircuitState.Open && scope.mayTry(client);

  return {
    execute: <T>({ client, patience }: Guarded, attempt: () => Promise<T>): Promise<T> => {
      if (breaker.state === CircuitState.Closed) return breaker.execute(attempt);
      const isStopped = scope.stops(client);
      if (!isDue(isStopped ? 0 : patience)) {
        if (!isStopped) return beside(attempt);
        if (mayTry(client)) {
          const tried = scope.begin();
          return beside(attempt, (isWell) => {
            if (breaker.state === CircuitState.Open) scope.end(tried, isWell);
          });
        }
      }
      if (breaker.state === CircuitState.Open) trying = client;
      return breaker.execute(attempt);
    },
    get state(): BreakerState {
      return STATES[breaker.state];
    },
    /** As a client sees it. */
    stateFor: (client: Client): BreakerState => (scope.stops(client) ? STATES[breaker.state] : 'closed'),
    /** The client that it is not closed for, where it is one alone. */
    get only(): Client {
      return breaker.state === CircuitState.Closed ? undefined : scope.only;
    },
    get openUntil(): number {
      return openUntil;
    },
    /** Whether a call may try if it is back: none does already, and the time for it has come. */
    isDue: (client: Client, overdue = 0): boolean => isDue(overdue) || (overdue === 0 && mayTry(client)),
    /** Counts a call that did not go through it, as that costs; only while it is closed. */
    count: (failure?: CallFailure): void => {
      if (breaker.state !== CircuitState.Closed) return;
      if (failure === undefined) opening.success(CircuitState.Closed);
      else breaker.execute(() => Promise.reject(failure)).catch(() => {});
    },
    /** An answer that was counted as a success broke off before its end. */
    revise: (failure: CallFailure): void => {
      if (breaker.state !== CircuitState.Closed || !canBeSpared(failure.call.client)) return;
      opening.revise();
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

const openedBy = (policy: BreakerPolicy): Sampling | LatestCalls =>
  policy.kind === 'sampling' ? new Sampling(policy) : new LatestCalls(policy);

type Reason = { error: unknown } | { value: unknown };

const outcomeOf = (reason: Reason | undefined): unknown =>
  reason !== undefined && 'error' in reason ? reason.error : reason?.value;

/** Who may have provoked a failure: nobody where no connection was made. */
const clientOf = (outcome: unknown): Client =>
  outcome instanceof CallFailure && outcome.kind === 'unreachable'
    ? undefined
    : (outcome as Partial<CallFailure>).call?.client;
