/**
 * Counts requests of several gateways in a Redis or Valkey server, with one script for all limits of a request. A request
 * waits for the server only a moment. After a few failures no request waits, and one a second tries again.
 *
 * Each gateway announces itself, so that all know how many there are when the server is lost.
 */
import { randomUUID } from 'node:crypto';
import type { RedisClientType } from '@redis/client';
import { connectRedis } from '../redis-connection.ts';
import type { Charge, ChargeResult, RateStore } from './rate-store.ts';
import { CHARGE, type Script, SEEN } from './scripts.ts';

/** In milliseconds. */
const TIMEOUT = 20;
const RETRY_AFTER = 1000;
/** Failures in a row, at different times, after which requests no longer wait. */
const FAILURES = 3;

/** A gateway that has not announced itself for three times is gone. */
const ANNOUNCE_EVERY = 5000;
const GONE_AFTER = 3 * ANNOUNCE_EVERY;

/** Separates the keys from those of other users of the server; the number is the version of the value format. */
const PREFIX = 'linkway:rate:1:';
const GATEWAYS = `${PREFIX}gateways`;

export interface RedisRateStoreOptions {
  readonly url: string;
  /** Milliseconds for which a request waits for the server. */
  readonly timeout?: number;
  /** Called when the server is lost or too slow, once until it is back; the reason contains no credentials. */
  readonly onAway: (reason: string) => void;
  readonly onBack?: () => void;
}

export class RedisRateStore implements RateStore {
  readonly #connecting: Promise<void>;
  #client: RedisClientType | undefined;
  readonly #id = randomUUID();
  readonly #options: RedisRateStoreOptions;
  readonly #timeout: number;
  readonly #announcing: NodeJS.Timeout;
  #users = 0;
  #gateways = 1;
  #outage = 0;
  #failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #retryAt = 0;
  #isTrying = false;
  #isAway = false;

  constructor(options: RedisRateStoreOptions) {
    this.#options = options;
    this.#timeout = options.timeout ?? TIMEOUT;
    this.#connecting = connectRedis(options.url, {
      onTrouble: (reason) => this.#lose(reason),
      onReady: (client) => this.#meet(client),
    }).then(
      (client) => {
        this.#client = client;
      },
      (error: Error) => this.#lose(error.message),
    );
    this.#announcing = setInterval(() => void this.#announceQuietly(), ANNOUNCE_EVERY).unref();
  }

  get isAway(): boolean {
    return this.#isAway || !this.#client?.isReady;
  }

  get gateways(): number {
    return this.#gateways;
  }

  get outage(): number {
    return this.#outage;
  }

  charge(charges: readonly Charge[]): Promise<ChargeResult | undefined> | undefined {
    const client = this.#client;
    if (!client?.isReady) return undefined;
    if (this.#isAway) {
      if (this.#isTrying || performance.now() < this.#retryAt) return undefined;
      this.#isTrying = true;
    }
    return this.#charge(client, charges);
  }

  retain(): void {
    this.#users += 1;
  }

  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    clearInterval(this.#announcing);
    await this.#connecting;
    const client = this.#client;
    if (client?.isReady) await this.#inTime(client.zRem(GATEWAYS, this.#id)).catch(() => {});
    client?.destroy();
  }

  async #charge(client: RedisClientType, charges: readonly Charge[]): Promise<ChargeResult | undefined> {
    try {
      const reply = await this.#inTime(
        run(client, CHARGE, {
          keys: [GATEWAYS, ...charges.map(({ key }) => PREFIX + key)],
          arguments: charges.flatMap(({ rate, capacity, cost, level, lifetime }) =>
            [rate, capacity, cost, level, lifetime].map(String),
          ),
        }),
      );
      const [isAllowed, gateways, ...levels] = reply as [number, number, ...string[]];
      this.#succeed(gateways);
      return { isAllowed: isAllowed === 1, levels: levels.map(Number) };
    } catch (error) {
      this.#fail((error as Error).message);
      return undefined;
    } finally {
      this.#isTrying = false;
    }
  }

  #succeed(gateways: number): void {
    this.#failures = 0;
    if (gateways > 0) this.#gateways = gateways;
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#options.onBack?.();
  }

  #fail(reason: string): void {
    const now = performance.now();
    // Requests that wait at the same time fail for the same reason.
    if (now - this.#failedAt >= this.#timeout / 2) this.#failures += 1;
    this.#failedAt = now;
    this.#outage += 1;
    this.#retryAt = now + RETRY_AFTER;
    if (this.#failures >= FAILURES) this.#lose(reason);
  }

  #lose(reason: string): void {
    this.#outage += 1;
    this.#retryAt = performance.now() + RETRY_AFTER;
    if (this.#isAway) return;
    this.#isAway = true;
    this.#options.onAway(reason);
  }

  /** After a restart the server may have lost everything, so each bucket is compared again. */
  #meet(client: RedisClientType): void {
    this.#outage += 1;
    this.#retryAt = 0;
    void this.#announceQuietly(client);
  }

  #inTime<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Error(`no response within ${this.#timeout} ms`));
      // If this process was busy, a response that has arrived meanwhile is read first.
      const timer = setTimeout(() => setImmediate(fail), this.#timeout);
      promise.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  async #announceQuietly(client = this.#client): Promise<void> {
    if (!client?.isReady) return;
    try {
      const gateways = await this.#inTime(
        run(client, SEEN, { keys: [GATEWAYS], arguments: [this.#id, String(GONE_AFTER)] }),
      );
      this.#gateways = Math.max(1, Number(gateways));
    } catch {
      // The next request notices it.
    }
  }
}

/** The server keeps the script after its first use. */
async function run(
  client: RedisClientType,
  { text, sha }: Script,
  values: { keys: string[]; arguments: string[] },
): Promise<unknown> {
  try {
    return await client.evalSha(sha, values);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return client.eval(text, values);
  }
}
