/** Counts requests of several gateways together. */

export interface Charge {
  /** The key of the bucket. */
  readonly key: string;
  /** Units that come back per millisecond; 0 if none do before the lifetime ends. */
  readonly rate: number;
  /** The most that may be missing. */
  readonly capacity: number;
  readonly cost: number;
  /** What is missing at least, if this gateway knows better than the store may; otherwise 0. */
  readonly level: number;
  /** Milliseconds for which a bucket with the rate 0 is kept. */
  readonly lifetime: number;
}

export interface ChargeResult {
  /** Whether every bucket allows its cost. If not, none is charged. */
  readonly isAllowed: boolean;
  /** What is missing from each bucket now. */
  readonly levels: readonly number[];
}

export interface RateStore {
  /** @returns undefined, or a promise of it, while the store is away or too slow */
  charge(charges: readonly Charge[]): Promise<ChargeResult | undefined> | undefined;
  readonly isAway: boolean;
  /** The number of gateways that count here, as far as known. */
  readonly gateways: number;
  /** Changes when the store may have lost something. */
  readonly outage: number;
  /** Keeps the connection until each user has called `release`. */
  retain(): void;
  release(): Promise<void>;
}
