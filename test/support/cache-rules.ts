/** Rules of RFC 9111, each as a few requests: what the service is asked, and what the caller gets. */
import { expect, it } from '@jest/globals';
import { type Asking, answering, type Got, later, type Scripted, startCached } from './cached.ts';

type Fields = Readonly<Record<string, string | undefined>>;

interface Step {
  /** Seconds that go by before it. */
  readonly after?: number;
  readonly ask?: Asking;
  /** Of the service; without it, it must not be asked. */
  readonly answer?: Scripted | (() => Scripted);
  /** Headers that it is to see. */
  readonly sees?: Fields;
  readonly gets?: { readonly status?: number; readonly body?: string; readonly headers?: Fields };
  /** What `Cache-Status` says first. */
  readonly said?: string;
}

export type Rule = readonly [rule: string, ...steps: Step[]];

export const says = (control: string, more: Scripted['headers'] = {}): Scripted => ({
  headers: { 'Cache-Control': control, ...more },
  body: 'one',
});

export const asking = (headers: Record<string, string>): Asking => ({ headers });

/** What was kept is given, and nobody asked. */
export const again: Step = { gets: { body: 'one' }, said: 'hit' };

/** The service is asked, and answers something else. */
export const anew: Step = {
  answer: { headers: { 'Cache-Control': 'max-age=60' }, body: 'two' },
  gets: { body: 'two' },
};

const look = (got: Got, { gets = {}, said }: Step): void => {
  const { headers = {}, ...rest } = gets;
  expect(got).toMatchObject(rest);
  expect(Object.fromEntries(Object.keys(headers).map((name) => [name, got.headers[name]]))).toEqual(headers);
  if (said !== undefined) expect(got.headers['cache-status']).toContain(`linkway; ${said}`);
};

export const holds = (rules: readonly Rule[]): void => {
  it.each(rules)('%s', async (_rule, ...steps) => {
    const { ask, upstream } = await startCached();
    for (const step of steps) {
      later(step.after ?? 0);
      const before = upstream.requests.length;
      const { answer } = step;
      upstream.answer = answering(() =>
        typeof answer === 'function' ? answer() : (answer ?? { status: 599 }),
      );
      look(await ask(step.ask), step);
      const seen = upstream.requests.slice(before);
      expect(seen.length > 0).toBe(answer !== undefined);
      for (const [name, value] of Object.entries(step.sees ?? {})) expect(seen[0]?.headers[name]).toBe(value);
    }
  });
};
