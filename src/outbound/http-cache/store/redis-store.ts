/**
 * Keeps answers in a Redis or Valkey server, for several gateways together. One that is away, slow or broken keeps
 * nothing: a request waits for it no longer than a moment, and after a few failures not at all for a while.
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
import type { StoredResponse } from '../stored-response.ts';
import { decode, encode } from './serialization.ts';
import type { CacheEntry, CacheStore } from './store.ts';

/** Milliseconds; a service that is asked instead takes as long. */
const TIMEOUT = 50;
const FAILURES = 3;
const HALF_OPEN_AFTER = 1000;

/** What is stale can be asked about, and help in need, for a day. */
const STALE_SECONDS = 86_400;

/** Of the server, which others use too; the number changes with what a value looks like. */
const PREFIX = 'linkway:cache:2:';

/** Seconds for which it is known that a resource was forgotten: longer than what was on its way then. */
const DELETED_SECONDS = 300;

/** Characters of a state, with which a value begins. */
const STATE_LENGTH = 16;
const INITIAL_STATE = '0'.repeat(STATE_LENGTH);
const newState = (): string => randomBytes((STATE_LENGTH * 3) / 4).toString('base64url');

/** What was kept before it was forgotten must not come back, whichever gateway forgot it. */
const SET_SCRIPT = `
local state = redis.call('GETRANGE', KEYS[1], 0, ${STATE_LENGTH - 1})
if state == '' or state == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'EX', ARGV[3])
end`;

const redisKeyOf = (key: string): string => PREFIX + createHash('sha256').update(key).digest('base64url');

export class RedisStore implements CacheStore {
  readonly #client: Promise<RedisClientType>;
  readonly #policy: IPolicy;

  /** @param onTrouble called when the server is lost, once until it is back; no credentials are in the reason */
  constructor(url: string, onTrouble: (reason: string) => void) {
    this.#client = connect(url, onTrouble);
    // Without a client nothing is kept either.
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

  async set(key: string, answers: readonly StoredResponse[], state: CacheEntry['state']): Promise<void> {
    if (state === undefined) return;
    const seconds = Math.ceil(Math.max(...answers.map(({ lifetime }) => lifetime))) + STALE_SECONDS;
    await this.#run((client) =>
      client.eval(SET_SCRIPT, {
        keys: [redisKeyOf(key)],
        arguments: [state, encode(answers), String(seconds)],
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

async function connect(url: string, onTrouble: (reason: string) => void): Promise<RedisClientType> {
  const { createClient } = await import('@redis/client');
  const client = createClient({ url, disableOfflineQueue: true });
  let isDisconnected = false;
  client.on('ready', () => {
    isDisconnected = false;
  });
  client.on('error', (error: Error) => {
    if (!isDisconnected) onTrouble(error.message);
    isDisconnected = true;
  });
  // It tries again by itself, for ever.
  client.connect().catch(() => {});
  return client as unknown as RedisClientType;
}
