/**
 * One instance of a service: its connections, its circuit breakers, its statistics. Only this file opens connections.
 * Outside of the process, an instance is known by a short id alone.
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
import type { UpstreamTls } from '../upstream-tls.ts';
import type { Dependency } from './dependencies.ts';
import type { Candidate } from './load-balancer.ts';
import { Statistics } from './statistics.ts';

export interface InstanceOptions {
  readonly id: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Its address, where its host name has several. */
  readonly address?: LookupAddress | undefined;
  /** Resolves host names; by default the system does. */
  readonly lookup?: LookupFunction | undefined;
  readonly connectTimeout: number;
  /** Certificates for TLS connections. */
  readonly tls?: UpstreamTls | undefined;
  /** The policies of its circuits, by number. The list grows when an operation is called for the first time. */
  readonly circuits: readonly BreakerPolicy[];
  /** Whether the other instances would take its calls, of a client or of all clients. */
  readonly isReplaceable: (instance: Instance, circuit: number, client: ClientId) => boolean;
  /** Whether the service has other instances. */
  readonly hasAlternatives: () => boolean;
  readonly onOpen: (instance: Instance, circuit: number, isForOneClient: boolean) => void;
  /** Maximum size of the head of a response. */
  readonly headBytes: number;
}

export class Instance implements Candidate {
  readonly id: string;
  readonly statistics = new Statistics();
  isHealthy = true;
  /** The dependencies that its health check reports. */
  dependencies: readonly Dependency[] = [];
  /** When an operator isolated the instance. */
  isolatedSince: string | undefined;
  readonly #options: InstanceOptions;
  /** The circuit of its connections, then those of the operations that were called. */
  #circuits: [Breaker, ...(Breaker | undefined)[]];
  /** Circuits that are not closed. While there are none, no circuit has to be examined. */
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

  /** The circuits that were used so far. */
  get circuits(): readonly Breaker[] {
    return this.#circuits.filter((one) => one !== undefined);
  }

  /** The state of all circuits together, as a client sees it: also open where the circuit of each operation is open. */
  stateFor(client?: ClientId): BreakerState {
    const [whole, ...operations] = this.circuits.map((one) => one.stateFor(client));
    if (whole !== 'closed') return whole ?? 'closed';
    if (operations.length === 0 || operations.includes('closed')) return 'closed';
    return operations.includes('half-open') ? 'half-open' : 'open';
  }

  /** When a probe is let through, in milliseconds since the epoch; without meaning while no circuit is open. */
  get openUntil(): number {
    const [whole, ...operations] = this.circuits as [Breaker, ...Breaker[]];
    if (whole.state !== 'closed' || operations.length === 0) return whole.openUntil;
    return Math.min(...operations.map(({ openUntil }) => openUntil));
  }

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

  /** When a probe of an operation is let through, in milliseconds since the epoch. */
  openUntilOfCircuit(circuit: number, client?: ClientId): number {
    const both = [this.#circuits[INSTANCE_CIRCUIT], this.#circuit(circuit)];
    return Math.max(...both.map((one) => (one.stateFor(client) === 'closed' ? 0 : one.openUntil)));
  }

  /** The client that a circuit is open for alone; first the one of the circuit of all connections. */
  get onlyClient(): ClientId {
    return this.#openCircuits.size === 0
      ? undefined
      : this.circuits.find(({ onlyClient }) => onlyClient !== undefined)?.onlyClient;
  }

  /** The clients that the circuits of a call of an operation are open for alone. */
  onlyClientsOfCircuit(circuit: number): readonly string[] {
    if (this.#openCircuits.size === 0) return [];
    return [this.#circuits[INSTANCE_CIRCUIT], this.#circuit(circuit)].flatMap(
      ({ onlyClient }) => onlyClient ?? [],
    );
  }

  /**
   * Makes a call through the circuit of its operation, and through the circuit of all connections where that is not
   * closed; where it is closed, the call is counted by `countConnection`.
   */
  guard<T>(call: GuardedCall, attempt: () => Promise<T>): Promise<T> {
    const whole = this.#circuits[INSTANCE_CIRCUIT];
    if (call.circuit === INSTANCE_CIRCUIT) return whole.execute(call, attempt);
    const own = this.#circuit(call.circuit);
    return whole.state === 'closed'
      ? own.execute(call, attempt)
      : whole.execute(call, () => own.execute(call, attempt));
  }

  /** @param failure given where no connection was made */
  countConnection(circuit: number, failure?: GuardedResult): void {
    if (circuit !== INSTANCE_CIRCUIT) this.#circuits[INSTANCE_CIRCUIT].count(failure);
  }

  /** Counts a call as failed that was counted as a success, since its response was truncated. */
  retractSuccess(circuit: number, failure: GuardedResult): void {
    this.#circuit(circuit).retractSuccess(failure);
  }

  get isIsolated(): boolean {
    return this.isolatedSince !== undefined;
  }

  /** The address of the instance, if its host name has several. */
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
   * Opens a pool of connections. Their number is not limited here, as the bulkhead limits the calls in flight, and a long
   * body such as an event stream must not keep other calls from a connection.
   */
  connect(connections: number | null = null): Pool {
    const { origin, lookup, connectTimeout, headBytes, tls } = this.#options;
    return new Pool(origin, {
      connections,
      // With pipelining, a slow response would delay the fast ones behind it.
      pipelining: 1,
      headersTimeout: 0,
      maxHeaderSize: headBytes,
      allowH2: false,
      connect: createConnector({ timeout: connectTimeout, lookup, tls }),
    });
  }

  /** Takes the instance out of service until it is reset. */
  isolate(): void {
    this.isolatedSince ??= new Date().toISOString();
  }

  /** Resets everything but the statistics. */
  reset(): void {
    this.isolatedSince = undefined;
    this.isHealthy = true;
    this.#closeCircuits();
  }

  /** Opens new connections to a host whose addresses changed, with closed circuits. Calls in flight finish on the old ones. */
  async reconnect(): Promise<void> {
    const old = this.#pool;
    this.#closeCircuits();
    this.#pool = this.connect();
    await old.close();
  }

  /** Waits for the calls in flight. */
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
