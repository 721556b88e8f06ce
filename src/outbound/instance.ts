/**
 * One instance of a service: its connections, its circuit breakers, its statistics. The only place that opens
 * connections. Nobody outside knows it by more than a short id.
 */
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { type Dispatcher, Pool } from 'undici';
import type { BreakerPolicy } from '../config/breaker.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import type { Candidate } from './choice.ts';
import type { Dependency } from './dependencies.ts';
import { Statistics } from './statistics.ts';

export interface InstanceOptions {
  readonly id: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Which of those of its name it is at. */
  readonly address?: LookupAddress | undefined;
  /** Where connections go, if not where the system finds its name. */
  readonly lookup?: LookupFunction | undefined;
  readonly connectTimeout: number;
  readonly circuits: readonly BreakerPolicy[];
  /** Whether the others would take its calls. */
  readonly canBeSpared: (instance: Instance, circuit: number) => boolean;
}

export class Instance implements Candidate {
  readonly id: string;
  readonly statistics = new Statistics();
  circuits: readonly Breaker[];
  isHealthy = true;
  /** Whom it calls, where its health check says so. */
  dependencies: readonly Dependency[] = [];
  /** When an operator took it out. */
  isolatedSince: string | undefined;
  readonly #options: InstanceOptions;
  #pool: Pool;

  constructor(options: InstanceOptions) {
    this.id = options.id;
    this.#options = options;
    this.circuits = this.#newCircuits();
    this.#pool = this.connect();
  }

  get inFlight(): number {
    return this.statistics.inFlight;
  }

  get isIsolated(): boolean {
    return this.isolatedSince !== undefined;
  }

  /** Where it was found, if its name has several addresses. */
  get pinned(): LookupAddress | undefined {
    return this.#options.address;
  }

  get address(): string | undefined {
    return this.pinned?.address;
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#pool.dispatch(options, handler);
  }

  /**
   * Connections of one's own. How many calls wait for an answer is bounded before; a body that takes long, as a stream
   * of events, must not keep others from a connection.
   */
  connect(connections: number | null = null): Pool {
    const { origin, lookup, connectTimeout } = this.#options;
    return new Pool(origin, {
      connections,
      // More on one connection would let a slow answer hold up the fast ones behind it.
      pipelining: 1,
      connectTimeout,
      headersTimeout: 0,
      allowH2: false,
      ...(lookup && { connect: { lookup } }),
    });
  }

  /** Takes no calls until it is reset, whatever becomes of it. */
  isolate(): void {
    this.isolatedSince ??= new Date().toISOString();
  }

  /** As if it had just begun, but for what was counted. */
  reset(): void {
    this.isolatedSince = undefined;
    this.isHealthy = true;
    this.circuits = this.#newCircuits();
  }

  /** Whoever has its name now gets what comes, and is given a chance; what is in flight ends where it is. */
  async reconnect(): Promise<void> {
    const old = this.#pool;
    this.circuits = this.#newCircuits();
    this.#pool = this.connect();
    await old.close();
  }

  /** Lets what is in flight finish. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  #newCircuits(): Breaker[] {
    const { circuits, canBeSpared } = this.#options;
    return circuits.map((policy, circuit) => createBreaker(policy, () => canBeSpared(this, circuit)));
  }
}
