/**
 * One URL of a service. It is one instance, or one for each address of its host name, and those change. An endpoint is
 * owned by the targets of all gateway generations that use it, so that a reload keeps its connections and breakers.
 */
import type { LookupAddress } from 'node:dns';
import type { BreakerPolicy } from '../../config/policies/breaker.ts';
import type { HealthCheck } from '../../config/policies/health-check.ts';
import type { ClientId } from '../resilience/circuit-scope.ts';
import type { UpstreamTls } from '../upstream-tls.ts';
import { createLookup, instanceAddresses, isResolvable, type Lookup, lookup as systemLookup } from './dns.ts';
import { watchHealth } from './health-checks.ts';
import { Instance } from './instance.ts';

export interface EndpointOptions {
  readonly id: string;
  readonly url: string;
  readonly connectTimeout: number;
  readonly tls?: UpstreamTls | undefined;
  readonly circuits: readonly BreakerPolicy[];
  /** Maximum size of the head of a response. */
  readonly headBytes: number;
  readonly health: HealthCheck | undefined;
  /** Milliseconds between two lookups of its addresses; 0 disables them. */
  readonly interval: number;
  readonly lookup?: Lookup | undefined;
  /** The endpoint with this URL before a reload, whose isolated instances stay isolated. */
  readonly previous?: Endpoint | undefined;
}

export interface Owner {
  /** Whether other instances would take the calls of this one, of a client or of all clients. */
  canReplace(instance: Instance, circuit: number, client: ClientId): boolean;
  readonly hasMultipleInstances: boolean;
  onInstancesChange(): void;
  onOpen?(instance: Instance, circuit: number, isForOneClient: boolean): void;
}

/** Failed connections cause a lookup, but not more often than this, in milliseconds. */
const MIN_LOOKUP_INTERVAL = 250;
const JITTER = 0.2;

export class Endpoint {
  readonly id: string;
  readonly url: string;
  instances: readonly Instance[];
  /** Without `previous`, which would keep all earlier endpoints in memory. */
  readonly #options: Omit<EndpointOptions, 'previous'>;
  readonly #owners = new Set<Owner>();
  readonly #unwatch = new Map<Instance, () => Promise<void>>();
  readonly #closing = new Set<Promise<void>>();
  readonly #lookup: Lookup;
  readonly #host: string;
  readonly #isResolvable: boolean;
  /** The result of the last successful lookup. */
  #addresses: readonly LookupAddress[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lookupStartedAt = Number.NEGATIVE_INFINITY;
  #isLookupImminent = false;

  constructor({ previous, ...options }: EndpointOptions) {
    this.id = options.id;
    this.url = options.url;
    this.#options = options;
    this.#host = new URL(options.url).hostname;
    this.#isResolvable = options.interval > 0 && isResolvable(this.#host);
    this.#lookup = options.lookup ?? systemLookup;
    const before = previous?.instances ?? [];
    const addresses = this.#isResolvable ? before.flatMap((one) => one.resolvedAddress ?? []) : [];
    this.instances =
      addresses.length === 0
        ? [this.#createInstance(options.id)]
        : before.map((one) => this.#createInstance(one.id, one.resolvedAddress));
    for (const [index, one] of before.entries()) {
      const own = this.instances[index];
      if (own) own.isolatedSince = one.isolatedSince;
    }
  }

  join(owner: Owner): void {
    this.#owners.add(owner);
    if (this.#owners.size > 1) return;
    this.#watchHealth();
    if (this.#isResolvable) void this.#refresh();
  }

  /** Removes an owner; the endpoint closes when the last one has left. */
  async leave(owner: Owner): Promise<void> {
    if (!this.#owners.delete(owner) || this.#owners.size > 0) return;
    clearTimeout(this.#timer);
    for (const instance of this.instances) this.#closeInstance(instance);
    await Promise.all(this.#closing);
  }

  /** Looks the host up after a failed connection, since its addresses may have changed. */
  onUnreachable(): void {
    // A lookup is running or imminent.
    if (this.#timer === undefined || this.#isLookupImminent) return;
    this.#isLookupImminent = true;
    this.#scheduleLookup(
      Math.min(MIN_LOOKUP_INTERVAL, this.#options.interval) - (performance.now() - this.#lookupStartedAt),
    );
  }

  #scheduleLookup(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#refresh(), Math.max(0, milliseconds)).unref();
  }

  async #refresh(): Promise<void> {
    this.#isLookupImminent = true;
    this.#lookupStartedAt = performance.now();
    // A failed lookup keeps the addresses.
    const addresses = await this.#lookup(this.#host).catch(() => []);
    if (this.#owners.size === 0) return;
    if (addresses.length > 0) this.#applyAddresses(addresses);
    this.#isLookupImminent = false;
    this.#scheduleLookup(this.#options.interval * (1 + JITTER * (Math.random() - 0.5)));
  }

  #applyAddresses(lookedUp: readonly LookupAddress[]): void {
    const known = this.instances.filter(({ address }) => address !== undefined);
    const wanted = instanceAddresses(
      lookedUp,
      known.flatMap(({ address }) => address ?? []),
    );
    if (wanted === undefined) {
      this.#followAddresses(lookedUp);
      return;
    }
    const addresses = new Set(wanted.map(({ address }) => address));
    const staying = known.filter(({ address }) => address !== undefined && addresses.has(address));
    const leaving = this.instances.filter((one) => !staying.includes(one));
    const coming = wanted.filter(({ address }) => !staying.some((one) => one.address === address));
    if (leaving.length === 0 && coming.length === 0) return;
    const isolatedSince = leaving.find(({ resolvedAddress: pinned }) => pinned === undefined)?.isolatedSince;
    const ids = new Set(staying.map(({ id }) => id));
    this.instances = [
      ...staying,
      ...coming.map((address) => {
        const id = freeId(`${this.id}.`, ids);
        ids.add(id);
        const instance = this.#createInstance(id, address);
        // The instance was isolated before its host name had several addresses.
        if (addressList(this.#addresses).includes(address.address)) instance.isolatedSince = isolatedSince;
        return instance;
      }),
    ];
    this.#watchHealth();
    for (const owner of this.#owners) owner.onInstancesChange();
    for (const instance of leaving) this.#closeInstance(instance);
  }

  /** Connects the one instance to its new addresses. Calls in flight finish on the old connections. */
  #followAddresses(lookedUp: readonly LookupAddress[]): void {
    const before = this.#addresses;
    this.#addresses = lookedUp;
    if (before.length === 0 || addressList(before) === addressList(lookedUp)) return;
    for (const instance of this.instances) {
      this.#trackClosing(Promise.all([this.#unwatch.get(instance)?.(), instance.reconnect()]));
      this.#unwatch.delete(instance);
    }
    this.#watchHealth();
  }

  #createInstance(id: string, address?: Instance['resolvedAddress']): Instance {
    const { url, connectTimeout, circuits, headBytes, tls } = this.#options;
    const addresses = async () =>
      address ? [address] : this.#addresses.length > 0 ? this.#addresses : this.#lookup(this.#host);
    const lookup = this.#isResolvable ? createLookup(addresses) : undefined;
    return new Instance({
      id,
      origin: url,
      connectTimeout,
      tls,
      circuits,
      headBytes,
      address,
      lookup,
      isReplaceable: (...args) => [...this.#owners].some((owner) => owner.canReplace(...args)),
      hasAlternatives: () => [...this.#owners].some(({ hasMultipleInstances }) => hasMultipleInstances),
      // Reported once, by the newest owner.
      onOpen: (...args) => [...this.#owners].at(-1)?.onOpen?.(...args),
    });
  }

  #watchHealth(): void {
    const { health } = this.#options;
    if (health === undefined) return;
    for (const instance of this.instances)
      if (!this.#unwatch.has(instance)) this.#unwatch.set(instance, watchHealth(instance, health));
  }

  #closeInstance(instance: Instance): void {
    const unwatch = this.#unwatch.get(instance);
    this.#unwatch.delete(instance);
    this.#trackClosing(Promise.all([unwatch?.(), instance.close()]));
  }

  #trackClosing(work: Promise<unknown>): void {
    const done: Promise<void> = work.then(
      () => void this.#closing.delete(done),
      () => void this.#closing.delete(done),
    );
    this.#closing.add(done);
  }
}

/** The lowest free id, so that the number of ids stays bounded. */
export function freeId(prefix: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) if (!taken.has(`${prefix}${number}`)) return `${prefix}${number}`;
}

const addressList = (addresses: readonly LookupAddress[]): string =>
  addresses
    .map(({ address }) => address)
    .toSorted()
    .join();
