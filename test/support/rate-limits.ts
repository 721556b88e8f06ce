/** A rate limiter with a clock that tests set, and requests that only say who sends them. */
import { rateLimitsSchema } from '../../src/config/policies/rate-limits.ts';
import { Problem } from '../../src/contract/problem.ts';
import { keyOfRule } from '../../src/gateway/rate-limits/keys.ts';
import {
  type Counted,
  RateLimiter,
  type RateLimiterOptions,
} from '../../src/gateway/rate-limits/rate-limiter.ts';
import { RequestContext } from '../../src/http/context.ts';

export interface TestClock {
  now: number;
  monotonic(): number;
  utc(): number;
}

/** A wall clock and a monotonic clock that agree. */
export function testClock(now = 0): TestClock {
  const clock = { now, monotonic: () => clock.now, utc: () => clock.now };
  return clock;
}

export interface Rule {
  readonly name?: string;
  readonly per?: string;
  readonly quota: number;
  readonly window: string | number;
  readonly burst?: number;
  readonly cost?: number;
}

export const configOf = (rules: readonly Rule[], more: object = {}) =>
  rateLimitsSchema.parse({
    rules: rules.map((rule, index) => ({ name: `rule-${index}`, per: 'address', ...rule })),
    ...more,
  });

export const requestOf = (client: string): RequestContext => {
  const context = new RequestContext('id', '00', false);
  context.client = client;
  return context;
};

export function testLimiter(
  rules: readonly Rule[],
  options: Omit<RateLimiterOptions, 'config'> & { readonly more?: object } = {},
) {
  const { more, ...rest } = options;
  const limiter = new RateLimiter({ config: configOf(rules, more), ...rest });
  const counted: Counted = {
    limits: limiter.limits,
    keys: limiter.limits.map(({ rule }) => keyOfRule(rule.per, undefined) ?? (() => undefined)),
  };
  /** @returns undefined for an allowed request, otherwise the problem */
  const send = (client = '10.0.0.1', context = requestOf(client)): Problem | undefined => {
    try {
      const pending = limiter.count(counted, context);
      if (pending) throw new Error('The decision was not synchronous.');
      return undefined;
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  };
  /** The same with a shared store. */
  const sendShared = async (client = '10.0.0.1'): Promise<Problem | undefined> => {
    try {
      await limiter.count(counted, requestOf(client));
      return undefined;
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  };
  return { limiter, counted, send, sendShared };
}

/** The most events in any window of this length that begins with one of them and does not contain its end. */
export function mostInWindow(times: readonly number[], window: number): number {
  let most = 0;
  let first = 0;
  for (const [index, time] of times.entries()) {
    while (time - (times[first] as number) >= window) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
