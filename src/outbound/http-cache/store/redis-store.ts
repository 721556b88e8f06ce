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
import type { Stored } from '../stored-response.ts';
import { decode, encode } from './serialization.ts';
import type { CacheStore, Kept } from './store.ts';

/** Milliseconds; a service that is asked instead takes as long. */
const MOST_TIME = 50;
const FAILURES = 3;
const PAUSE = 1000;

/** What is stale can be asked about, and help in need, for a day. */
const STALE_SECONDS = 86_400;

/** Of the server, which others use too; the number changes with what a value looks like. */
const PREFIX = 'linkway:cache:2:';

/** Seconds for which it is known that a resource was forgotten: longer than what was on its way then. */
const FORGOTTEN_SECONDS = 300;

/** Characters of a state, with which a value begins. */
const STATE = 16;
const FIRST = '0'.repeat(STATE);
const newState = (): string => randomBytes((STATE * 3) / 4).toString('base64url');

/** What was kept before it was forgotten must not come back, whichever gateway forgot it. */
const SET = `
local state = redis.call('GETRANGE', KEYS[1], 0, ${STATE - 1})
if state == '' or state == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'EX', ARGV[3])
end`;

const nameOf = (key: string): string => PREFIX + createHash('sha256').update(key).digest('base64url');

export class RedisStore implements CacheStore {
  readonly #client: Promise<RedisClientType>;
  readonly #policy: IPolicy;

  /** @param onTrouble called when the server is lost, once until it is back; no credentials are in the reason */
  constructor(url: string, onTrouble: (reason: string) => void) {
    this.#client = connect(url, onTrouble);
    // Without a client nothing is kept either.
    this.#client.catch((error: Error) => onTrouble(error.message));
    this.#policy = wrap(
      circuitBreaker(handleAll, { halfOpenAfter: PAUSE, breaker: new ConsecutiveBreaker(FAILURES) }),
      timeout(MOST_TIME, TimeoutStrategy.Aggressive),
    );
  }

  async get(key: string): Promise<Kept> {
    const { RESP_TYPES } = await import('@redis/client');
    const value = await this.#ask((client) =>
      client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).get(nameOf(key)),
    );
    if (value === undefined) return { answers: [], state: undefined };
    if (!Buffer.isBuffer(value)) return { answers: [], state: FIRST };
    const state = value.toString('latin1', 0, STATE);
    try {
      return { answers: value.length > STATE ? decode(value.subarray(STATE)) : [], state };
    } catch {
      return { answers: [], state };
    }
  }

  async set(key: string, answers: readonly Stored[], state: Kept['state']): Promise<void> {
    if (state === undefined) return;
    const seconds = Math.ceil(Math.max(...answers.map(({ lifetime }) => lifetime))) + STALE_SECONDS;
    await this.#ask((client) =>
      client.eval(SET, { keys: [nameOf(key)], arguments: [state, encode(answers), String(seconds)] }),
    );
  }

  async delete(key: string): Promise<void> {
    const expiration = { type: 'EX', value: FORGOTTEN_SECONDS } as const;
    await this.#ask((client) => client.set(nameOf(key), newState(), { expiration }));
  }

  async close(): Promise<void> {
    (await this.#client.catch(() => undefined))?.destroy();
  }

  async #ask<T>(work: (client: RedisClientType) => Promise<T>): Promise<T | undefined> {
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
  let isLost = false;
  client.on('ready', () => {
    isLost = false;
  });
  client.on('error', (error: Error) => {
    if (!isLost) onTrouble(error.message);
    isLost = true;
  });
  // It tries again by itself, for ever.
  client.connect().catch(() => {});
  return client as unknown as RedisClientType;
}
