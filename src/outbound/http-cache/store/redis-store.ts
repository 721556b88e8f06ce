/**
 * Stores responses in a Redis or Valkey server that several gateways share. While the server is down or slow, nothing is
 * stored: a request waits for it only a moment, and after a few failures not at all for a while.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { RedisClientType } from '@redis/client';
import {
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  type IPolicy,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { connectRedis } from '../../redis-connection.ts';
import type { StoredResponse } from '../stored-response.ts';
import { decode, encode } from './serialization.ts';
import type { CacheEntry, CacheStore } from './store.ts';

/** In milliseconds; calling the service instead takes about as long. */
const TIMEOUT = 50;
const FAILURES = 3;
const HALF_OPEN_AFTER = 1000;

/** Stale responses can be validated, or be used while their service fails, for a day. */
const STALE_SECONDS = 86_400;

/** Separates the keys from those of other users of the server; the number is the version of the value format. */
const PREFIX = 'linkway:cache:2:';

/** Seconds for which an invalidation is remembered: longer than any fetch that was in flight then. */
const DELETED_SECONDS = 300;

/** Each value begins with a state of so many characters. */
const STATE_LENGTH = 16;
const INITIAL_STATE = '0'.repeat(STATE_LENGTH);
const newState = (): string => randomBytes((STATE_LENGTH * 3) / 4).toString('base64url');

/** An invalidation also discards responses that other gateways requested earlier: those have the earlier state. */
const SET_SCRIPT = `
local state = redis.call('GETRANGE', KEYS[1], 0, ${STATE_LENGTH - 1})
if state == '' or state == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'EX', ARGV[3])
end`;

const redisKeyOf = (key: string): string => PREFIX + createHash('sha256').update(key).digest('base64url');

export class RedisStore implements CacheStore {
  readonly #client: Promise<RedisClientType>;
  readonly #policy: IPolicy;

  /** @param onTrouble called when the server is lost, once until it is back; the reason contains no credentials */
  constructor(url: string, onTrouble: (reason: string) => void) {
    this.#client = connectRedis(url, { onTrouble });
    // Without a client nothing is stored.
    this.#client.catch((error: Error) => onTrouble(error.message));
    this.#policy = wrap(
      circuitBreaker(handleAll, {
        halfOpenAfter: HALF_OPEN_AFTER,
        breaker: new ConsecutiveBreaker(FAILURES),
      }),
      timeout(TIMEOUT, TimeoutStrategy.Aggressive),
    );
  }

  async get(key: string): Promise<CacheEntry> {
    const { RESP_TYPES } = await import('@redis/client');
    const value = await this.#run((client) =>
      client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).get(redisKeyOf(key)),
    );
    if (value === undefined) return { responses: [], state: undefined };
    if (!Buffer.isBuffer(value)) return { responses: [], state: INITIAL_STATE };
    const state = value.toString('latin1', 0, STATE_LENGTH);
    try {
      return { responses: value.length > STATE_LENGTH ? decode(value.subarray(STATE_LENGTH)) : [], state };
    } catch {
      return { responses: [], state };
    }
  }

  async set(key: string, responses: readonly StoredResponse[], state: CacheEntry['state']): Promise<void> {
    if (state === undefined) return;
    const seconds = Math.ceil(Math.max(...responses.map(({ lifetime }) => lifetime))) + STALE_SECONDS;
    await this.#run((client) =>
      client.eval(SET_SCRIPT, {
        keys: [redisKeyOf(key)],
        arguments: [state, encode(responses), String(seconds)],
      }),
    );
  }

  async delete(key: string): Promise<void> {
    const expiration = { type: 'EX', value: DELETED_SECONDS } as const;
    await this.#run((client) => client.set(redisKeyOf(key), newState(), { expiration }));
  }

  async close(): Promise<void> {
    (await this.#client.catch(() => undefined))?.destroy();
  }

  async #run<T>(work: (client: RedisClientType) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#policy.execute(async () => work(await this.#client));
    } catch {
      return undefined;
    }
  }
}
