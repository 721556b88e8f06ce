/** Rules of RFC 9111 as sequences of requests: what the service receives, and what the client gets. */
import { expect, it } from '@jest/globals';
import {
  passSeconds,
  respondWith,
  type ScriptedResponse,
  startCachedGateway,
  type TestRequest,
  type TestResponse,
} from './cached.ts';

type Fields = Readonly<Record<string, string | undefined>>;

interface Step {
  /** Seconds that pass before the request. */
  readonly after?: number;
  readonly request?: TestRequest;
  /** Without it, the service must not be called. */
  readonly serviceResponse?: ScriptedResponse | (() => ScriptedResponse);
  /** Headers that the service has to receive. */
  readonly serviceReceives?: Fields;
  readonly expected?: { readonly status?: number; readonly body?: string; readonly headers?: Fields };
  /** How `Cache-Status` begins. */
  readonly cacheStatus?: string;
}

export type Rule = readonly [rule: string, ...steps: Step[]];

export const cacheable = (control: string, more: ScriptedResponse['headers'] = {}): ScriptedResponse => ({
  headers: { 'Cache-Control': control, ...more },
  body: 'one',
});

export const withHeaders = (headers: Record<string, string>): TestRequest => ({ headers });

/** The stored response is used, and the service is not called. */
export const isHit: Step = { expected: { body: 'one' }, cacheStatus: 'hit' };

/** The service is called, and sends another response. */
export const isFetched: Step = {
  serviceResponse: { headers: { 'Cache-Control': 'max-age=60' }, body: 'two' },
  expected: { body: 'two' },
};

const expectResponse = (got: TestResponse, { expected: gets = {}, cacheStatus: said }: Step): void => {
  const { headers = {}, ...rest } = gets;
  expect(got).toMatchObject(rest);
  expect(Object.fromEntries(Object.keys(headers).map((name) => [name, got.headers[name]]))).toEqual(headers);
  if (said !== undefined) expect(got.headers['cache-status']).toContain(`linkway; ${said}`);
};

export const testRules = (rules: readonly Rule[]): void => {
  it.each(rules)('%s', async (_rule, ...steps) => {
    const { ask, upstream } = await startCachedGateway();
    for (const step of steps) {
      passSeconds(step.after ?? 0);
      const before = upstream.requests.length;
      const { serviceResponse: response } = step;
      upstream.respond = respondWith(() =>
        typeof response === 'function' ? response() : (response ?? { status: 599 }),
      );
      expectResponse(await ask(step.request), step);
      const seen = upstream.requests.slice(before);
      expect(seen.length > 0).toBe(response !== undefined);
      for (const [name, value] of Object.entries(step.serviceReceives ?? {}))
        expect(seen[0]?.headers[name]).toBe(value);
    }
  });
};
