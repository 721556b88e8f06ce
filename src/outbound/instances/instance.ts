/**
 * One instance of a service: its connections, its circuit breakers, its statistics. The only place that opens
 * connections. Nobody outside knows it by more than a short id.
 */
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { type Dispatcher, Pool } from 'undici';
import type { BreakerPolicy } from '../../config/policies/breaker.ts';
import { createConnector } from '../call/connector.ts';
import {
  type Breaker,
  type BreakerState,
  createBreaker,
  type GuardedCall,
  type GuardedResult,
  INSTANCE_CIRCUIT,
} from '../resilience/breaker.ts';
import type { ClientId } from '../resilience/circuit-scope.ts';
import type { Dependency } from './dependencies.ts';
import type { Candidate } from './load-balancer.ts';
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
  /** What opens each of its circuits: by number, which grows when an operation is called first. */
  readonly circuits: readonly BreakerPolicy[];
  /** Whether the others would take its calls, of a client or of all. */
  readonly isReplaceable: (instance: Instance, circuit: number, client: ClientId) => boolean;
  /** Whether there are others. */
  readonly hasAlternatives: () => boolean;
  /** Called when one of its circuits opens. */
  readonly onOpen: (instance: Instance, circuit: number, isForOneClient: boolean) => void;
  /** Most bytes of the head of a response. */
  readonly headBytes: number;
}

export class Instance implements Candidate {
  readonly id: string;
  readonly statistics = new Statistics();
  isHealthy = true;
  /** Whom it calls, where its health check says so. */
  dependencies: readonly Dependency[] = [];
  /** When an operator took it out. */
  isolatedSince: string | undefined;
  readonly #options: InstanceOptions;
  /** That of its connections, and after it those of the operations that were called. */
  #circuits: [Breaker, ...(Breaker | undefined)[]];
  /** Circuits that are not closed, so that nothing else has to be looked at while there are none. */
  readonly #openCircuits = new Set<number>();
  #pool: Pool;

  constructor(options: InstanceOptions) {
    this.id = options.id;
    this.#options = options;
    this.#circuits = [this.#newCircuit(INSTANCE_CIRCUIT)];
    this.#pool = this.connect();
  }

  get inFlight(): number {
    return this.statistics.inFlight;
  }

  /** As far as they were needed. */
  get circuits(): readonly Breaker[] {
    return this.#circuits.filter((one) => one !== undefined);
  }

  /** Of all that is asked of it together, as a client sees it: open as well where each of its operations is. */
  stateFor(client?: ClientId): BreakerState {
    const [whole, ...operations] = this.circuits.map((one) => one.stateFor(client));
    if (whole !== 'closed') return whole ?? 'closed';
    if (operations.length === 0 || operations.includes('closed')) return 'closed';
    return operations.includes('half-open') ? 'half-open' : 'open';
  }

  /** When a call is let through again, in milliseconds since the epoch; meaningless where all are. */
  get openUntil(): number {
    const [whole, ...operations] = this.circuits as [Breaker, ...Breaker[]];
    if (whole.state !== 'closed' || operations.length === 0) return whole.openUntil;
    return Math.min(...operations.map(({ openUntil }) => openUntil));
  }

  /** As a client sees it. */
  stateOfCircuit(circuit: number, client?: ClientId): BreakerState {
    if (this.#openCircuits.size === 0) return 'closed';
    const whole = this.#circuits[INSTANCE_CIRCUIT].stateFor(client);
    if (circuit === INSTANCE_CIRCUIT) return whole;
    const own = this.#circuit(circuit).stateFor(client);
    if (whole === 'closed' || own === whole) return own;
    return own === 'closed' ? whole : 'open';
  }

  isProbeDue(circuit: number, client?: ClientId, extraPauses?: number): boolean {
    const both = [this.#circuits[INSTANCE_CIRCUIT], this.#circuit(circuit)];
    const notClosed = both.filter((one) => one.stateFor(client) !== 'closed');
    return notClosed.length > 0 && notClosed.every((one) => one.isProbeDue(client, extraPauses));
  }

  /** When calls of an operation are let through again, in milliseconds since the epoch. */
  openUntilOfCircuit(circuit: number, client?: ClientId): number {
    const both = [this.#circuits[INSTANCE_CIRCUIT], this.#circuit(circuit)];
    return Math.max(...both.map((one) => (one.stateFor(client) === 'closed' ? 0 : one.openUntil)));
  }

  /** The client that some of it is open for alone: the one, if there is one, that all of it is open for. */
  get onlyClient(): ClientId {
    return this.#openCircuits.size === 0
      ? undefined
      : this.circuits.find(({ onlyClient }) => onlyClient !== undefined)?.onlyClient;
  }

  /** The clients that the circuits of an operation are open for alone. */
  onlyClientsOfCircuit(circuit: number): readonly string[] {
    if (this.#openCircuits.size === 0) return [];
    return [this.#circuits[INSTANCE_CIRCUIT], this.#circuit(circuit)].flatMap(
      ({ onlyClient }) => onlyClient ?? [],
    );
  }

  /**
   * Through the circuit of the operation, and that of its connections where it is not closed; where it is,
   * `countConnection` says how it went.
   */
  guard<T>(call: GuardedCall, attempt: () => Promise<T>): Promise<T> {
    const whole = this.#circuits[INSTANCE_CIRCUIT];
    if (call.circuit === INSTANCE_CIRCUIT) return whole.execute(call, attempt);
    const own = this.#circuit(call.circuit);
    return whole.state === 'closed'
      ? own.execute(call, attempt)
      : whole.execute(call, () => own.execute(call, attempt));
  }

  /** @param failure where no connection was made */
  countConnection(circuit: number, failure?: GuardedResult): void {
    if (circuit !== INSTANCE_CIRCUIT) this.#circuits[INSTANCE_CIRCUIT].count(failure);
  }

  /** An answer that was counted as a success broke off before its end. */
  retractSuccess(circuit: number, failure: GuardedResult): void {
    this.#circuit(circuit).retractSuccess(failure);
  }

  get isIsolated(): boolean {
    return this.isolatedSince !== undefined;
  }

  /** Where it was found, if its name has several addresses. */
  get resolvedAddress(): LookupAddress | undefined {
    return this.#options.address;
  }

  get address(): string | undefined {
    return this.resolvedAddress?.address;
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#pool.dispatch(options, handler);
  }

  /**
   * Connections of one's own. How many calls wait for an answer is bounded before; a body that takes long, as a stream
   * of events, must not keep others from a connection.
   */
  connect(connections: number | null = null): Pool {
    const { origin, lookup, connectTimeout, headBytes } = this.#options;
    return new Pool(origin, {
      connections,
      // More on one connection would let a slow answer hold up the fast ones behind it.
      pipelining: 1,
      headersTimeout: 0,
      maxHeaderSize: headBytes,
      allowH2: false,
      connect: createConnector({ timeout: connectTimeout, lookup }),
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
    this.#closeCircuits();
  }

  /** Whoever has its name now gets what comes, and is given a chance; what is in flight ends where it is. */
  async reconnect(): Promise<void> {
    const old = this.#pool;
    this.#closeCircuits();
    this.#pool = this.connect();
    await old.close();
  }

  /** Lets what is in flight finish. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  #closeCircuits(): void {
    this.#circuits = [this.#newCircuit(INSTANCE_CIRCUIT)];
    this.#openCircuits.clear();
  }

  #circuit(circuit: number): Breaker {
    this.#circuits[circuit] ??= this.#newCircuit(circuit);
    return this.#circuits[circuit] as Breaker;
  }

  #newCircuit(circuit: number): Breaker {
    const { circuits, isReplaceable, hasAlternatives, onOpen } = this.#options;
    return createBreaker(circuits[circuit] as BreakerPolicy, {
      circuit,
      isReplaceable: (client) => isReplaceable(this, circuit, client),
      hasAlternatives,
      onOpen: (isForOneClient) => onOpen(this, circuit, isForOneClient),
      onChange: (isClosed) => {
        if (isClosed) this.#openCircuits.delete(circuit);
        else this.#openCircuits.add(circuit);
      },
    });
  }
}
