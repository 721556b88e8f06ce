/**
 * A service with a shared cache before it (RFC 9111), so that what is kept costs the service nothing: not a place in
 * its bulkhead, not a retry, nothing of its breaker. What is kept is its answer as it came; whatever the gateway makes
 * of an answer, it makes of this one too.
 *
 * Each answer says in `Cache-Status` (RFC 9211) what was done. GET and HEAD are answered from what is kept, the unsafe
 * methods forget it (§4.4). A request with `Range`, `If-Match`, `no-store` or a body goes by.
 */
import { Problem } from '../../contract/problem.ts';
import { circuitOpen, notKept, overloaded, upstreamTimeout } from '../../contract/problems.ts';
import { isFailureStatus } from '../call/to-outcome.ts';
import type { OutboundRequest } from '../call/types.ts';
import type { UpstreamAnswer } from '../call/upstream-response.ts';
import { type Caller, type Outgoing, untilAborted } from '../caller.ts';
import { Behind } from './background-revalidation.ts';
import { Asked, type CredentialPlaces } from './cache-request.ts';
import { CACHE_STATUS, type CacheStatus, cacheStatus, type Forwarded } from './cache-status.ts';
import { replyOf } from './cached-response.ts';
import { chosen, type Grace, helpsInNeed, reuseOf } from './freshness.ts';
import type { Landing, Place } from './in-flight-request.ts';
import { invalidatedBy } from './invalidation.ts';
import { Waiter } from './pending-response.ts';
import { Flights } from './request-coalescing.ts';
import type { Shelf } from './service-cache.ts';
import type { CacheOutcome, CacheStatistics } from './statistics.ts';
import type { Stored } from './stored-response.ts';

export interface CachedTargetOptions {
  readonly target: Caller & { readonly name: string; readonly urls: readonly string[] };
  readonly shelf: Shelf;
  readonly statistics: CacheStatistics;
  readonly grace: Grace;
  readonly credentials: CredentialPlaces;
}

/** Milliseconds before its end in which a call is given up for want of time. */
const SLACK = 20;

/** Then nothing was sent, so that what is kept is a hit (RFC 9211 §2.1). */
const NOT_SENT: readonly unknown[] = [circuitOpen, overloaded];

export class CachedTarget implements Caller {
  readonly #options: CachedTargetOptions;
  readonly #flights: Flights;
  readonly #behind: Behind;

  constructor(options: CachedTargetOptions) {
    this.#options = options;
    this.#flights = new Flights(options.target, options.shelf);
    this.#behind = new Behind(this.#flights, options.credentials);
  }

  start(request: OutboundRequest): Outgoing {
    const { target, credentials } = this.#options;
    const asked = new Asked(request, credentials);
    if (!asked.isRead) return this.#pass(asked, 'method');
    if (asked.passes) return this.#pass(asked, 'bypass');
    const waiter = new Waiter(target.name);
    return waiter.take(this.#answer(asked, waiter));
  }

  send(request: OutboundRequest, signal?: AbortSignal): Promise<UpstreamAnswer> {
    return untilAborted(this.start(request), signal);
  }

  #pass(asked: Asked, fwd: Forwarded): Outgoing {
    const call = this.#options.target.start(asked.request);
    const finish = async () => {
      const answer = await call.answer;
      await this.#forget(asked, answer);
      answer.addHeader(CACHE_STATUS, cacheStatus({ fwd }));
      return answer;
    };
    return { answer: finish(), abort: () => call.abort() };
  }

  async #forget(asked: Asked, answer: UpstreamAnswer): Promise<void> {
    const { target, shelf } = this.#options;
    const known = `${asked.field('x-forwarded-proto')}://${asked.field('x-forwarded-host')}`;
    for (const path of invalidatedBy(asked.request, answer, [...target.urls, known])) {
      const key = shelf.keyOf(path);
      this.#flights.outdate(key);
      await shelf.delete(key);
    }
  }

  async #answer(asked: Asked, waiter: Waiter): Promise<UpstreamAnswer> {
    const { shelf, grace } = this.#options;
    const key = shelf.keyOf(asked.request.path);
    const { answers: kept, state } = await shelf.get(key);
    const now = Date.now();
    const entry = chosen(kept, asked);
    const reuse = entry && reuseOf(entry, asked, now, grace);
    if (entry && reuse === 'behind') this.#behind.ask({ key, state }, asked, entry);
    if (entry && (reuse === 'fresh' || reuse === 'behind')) return this.#hit(entry, asked);
    if (asked.control.has('only-if-cached'))
      throw new Problem(notKept, 'No answer is kept that this request could have.');
    const fwd = reuse === 'stale' || reuse === 'request' ? reuse : missOf(kept, asked);
    return this.#forward({ key, state }, asked, waiter, { entry, fwd });
  }

  #hit(entry: Stored, asked: Asked, more: CacheStatus = {}): UpstreamAnswer {
    const now = Date.now();
    const ttl = entry.timeToLive(now);
    this.#count(asked, ttl > 0 ? 'hit' : 'stale');
    return this.#reply(entry, asked, cacheStatus({ ...more, ttl }), entry.age(now));
  }

  #reply(entry: Stored, asked: Asked, status: string, age: number | undefined): UpstreamAnswer {
    const { shelf } = this.#options;
    const answer = replyOf(entry, asked, { status, age });
    // Otherwise nobody would get another until it is stale.
    answer.onRefused = () => void shelf.remove(shelf.keyOf(asked.request.path), entry);
    return answer;
  }

  async #forward(place: Place, asked: Asked, waiter: Waiter, had: Had): Promise<UpstreamAnswer> {
    const { deadline = Number.POSITIVE_INFINITY } = asked.request;
    const known = this.#flights.of(asked);
    const flight = known ?? this.#flights.begin(place, asked, had.entry);
    waiter.release = flight.join();
    const isFirst = known === undefined;
    try {
      const landing = await waiter.within(flight.landing, isFirst ? undefined : deadline);
      return await this.#landed(landing, asked, waiter, { ...had, isFirst });
    } catch (error) {
      if (isFirst || !isOfTheFirst(error, flight.deadline, deadline)) return this.#failed(error, asked, had);
    }
    return this.#alone(asked, waiter, had.fwd).catch((error) => this.#failed(error, asked, had));
  }

  async #landed(
    landing: Landing,
    asked: Asked,
    waiter: Waiter,
    { entry, fwd, isFirst }: Had & { readonly isFirst: boolean },
  ): Promise<UpstreamAnswer> {
    const { whole, own, status, isStored, isConfirmed } = landing;
    if (isFailureStatus(status) && entry && this.#helps(entry, asked)) {
      if (isFirst) own?.discard();
      return this.#hit(entry, asked, { fwd, fwdStatus: status });
    }
    // What `Vary` names may be what two that are the same otherwise differ in, as where they come from.
    if (whole && (isFirst || (landing.isShared && asked.isSelecting(whole.selecting)))) {
      this.#count(asked, isFirst ? (isConfirmed ? 'revalidated' : 'miss') : 'shared');
      const now = Date.now();
      const said = { fwd, isStored, isCollapsed: !isFirst, ttl: whole.timeToLive(now) };
      const age = isConfirmed || whole.initialAge >= 1 ? whole.age(now) : undefined;
      return this.#reply(
        whole,
        asked,
        cacheStatus({ ...said, ...(isConfirmed && { fwdStatus: status }) }),
        age,
      );
    }
    if (!isFirst || own === undefined) return this.#alone(asked, waiter, fwd);
    this.#count(asked, 'miss');
    own.addHeader(CACHE_STATUS, cacheStatus({ fwd }));
    return own;
  }

  /** What came is for nobody but who asked first: this one asks for itself. */
  async #alone(asked: Asked, waiter: Waiter, fwd: Forwarded): Promise<UpstreamAnswer> {
    waiter.release?.();
    const call = this.#options.target.start(asked.request);
    waiter.release = () => call.abort();
    if (waiter.isOver) call.abort();
    this.#count(asked, 'miss');
    const answer = await call.answer;
    answer.addHeader(CACHE_STATUS, cacheStatus({ fwd }));
    return answer;
  }

  /** What was fresh once goes before a failure. */
  #failed(error: unknown, asked: Asked, { entry, fwd }: Had): UpstreamAnswer {
    if (!(error instanceof Problem) || error.status < 500) throw error;
    const { type, message, extensions, headers, cause } = error;
    const isSent = !NOT_SENT.includes(type);
    if (entry && this.#helps(entry, asked))
      return this.#hit(entry, asked, { ...(isSent && { fwd }), detail: type.code });
    const said = { [CACHE_STATUS]: cacheStatus({ fwd, detail: type.code }) };
    throw new Problem(type, message, { extensions, headers: { ...headers, ...said }, cause });
  }

  #helps(entry: Stored, asked: Asked): boolean {
    return helpsInNeed(entry, asked, Date.now(), this.#options.grace);
  }

  #count({ request: { tally } }: Asked, outcome: CacheOutcome): void {
    this.#options.statistics.count(outcome);
    if (tally !== undefined && tally.cache === '') tally.cache = outcome;
  }
}

/** What there was when a request went on, and why it did. */
interface Had {
  readonly entry: Stored | undefined;
  readonly fwd: Forwarded;
}

/** Whether who asked first failed for a reason of its own: it had less time and has none left, or may not call now. */
const isOfTheFirst = (error: unknown, deadlineOfFirst: number, deadline: number): boolean => {
  if (!(error instanceof Problem)) return false;
  const now = performance.now();
  const isLate = error.type === upstreamTimeout && deadlineOfFirst - now <= SLACK && now < deadline;
  return isLate || error.type === circuitOpen;
};

const missOf = (kept: readonly Stored[], asked: Asked): Forwarded => {
  if (kept.length === 0) return 'uri-miss';
  return kept.some(({ selecting }) => asked.isSelecting(selecting)) ? 'miss' : 'vary-miss';
};
