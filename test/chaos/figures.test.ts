import { describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { listen } from '../../src/http/server/listen.ts';
import { FaultProxy } from './fault-proxy.ts';
import { FAULTS, heal } from './faults.ts';
import { figuresOf } from './figures.ts';
import { RATE, type Sample } from './load.ts';
import { MIX } from './mix.ts';
import { promisesOf } from './promises.ts';

const kindOf = (name: string) => MIX.find((kind) => kind.name === name) as (typeof MIX)[number];
const sample = (name: string, rest: Partial<Sample> = {}): Sample => ({
  kind: kindOf(name),
  at: 1500,
  milliseconds: 10,
  status: 200,
  ...rest,
});
const run = (samples: readonly Sample[], arrivals: readonly number[] = []) =>
  figuresOf({ samples, arrivals, from: 1000, to: 2000, end: 5000 });
const [one, many] = [1, 3].map((count) => FAULTS.find(({ instances }) => instances === count)) as [
  (typeof FAULTS)[number],
  (typeof FAULTS)[number],
];
const broken = (figures: ReturnType<typeof run>, fault = one) =>
  promisesOf(fault, figures)
    .filter(([, , isMet]) => !isMet)
    .map(([promise]) => promise);

describe('The figures of a run', () => {
  it('count the requests during the fault and after it', () => {
    const { availability, cachedAvailability, othersAvailability, failed, all } = run([
      sample('PUT', { at: 500, status: 503 }),
      sample('PUT', { status: 503 }),
      sample('PUT'),
      sample('GET, cached', { at: 3000 }),
      sample('GET elsewhere', { status: 0 }),
    ]);
    expect({ availability, cachedAvailability, othersAvailability, failed, all }).toEqual({
      availability: 2 / 3,
      cachedAvailability: 1,
      othersAvailability: 0,
      failed: 2,
      all: 4,
    });
  });

  it('include the load of the busiest second after the fault', () => {
    const normal = RATE * 0.8;
    const burst = Array.from({ length: 2 * normal }, (_, n) => 3000 + n / normal);
    expect(run([], [1500, 1600, ...burst])).toMatchObject({ load: 2 / normal, loadAfter: 2 });
  });
});

describe('The promises', () => {
  it('are met when every request succeeds', () => {
    expect(broken(run([sample('PUT'), sample('GET, cached'), sample('GET elsewhere')]), many)).toEqual([]);
  });

  it.each<[string, readonly Sample[], readonly number[]]>([
    ['waits longer', [sample('PUT', { milliseconds: 1101 })], []],
    ['normal load', [], Array(RATE * 2).fill(2500)],
    ['do not need it', [sample('GET elsewhere', { status: 503 })], []],
    ['do not need it', [sample('GET elsewhere', { milliseconds: 500 })], []],
    ['was cached', [sample('GET, cached', { status: 503 })], []],
  ])('are broken when a run violates the one with the words "%s"', (words, samples, arrivals) => {
    expect(broken(run(samples, arrivals))).toEqual([expect.stringContaining(words)]);
  });

  it('are broken when one bad instance of several fails too many requests', () => {
    expect(broken(run([sample('PUT', { status: 500 })]), many)).toEqual([expect.stringContaining('one bad')]);
  });
});

describe('A fault', () => {
  const play = async (name: string): Promise<number | 'none'> => {
    const service = await listen((_req, res) => res.end('well'), { port: 0, host: '127.0.0.1' });
    const proxy = await FaultProxy.start(service.url);
    FAULTS.find((fault) => fault.name === name)?.begin(proxy);
    const ask = async () => {
      const { statusCode, body } = await request(proxy.url, { headersTimeout: 100 });
      await body.text();
      return statusCode;
    };
    const outcome = await ask().catch(() => 'none' as const);
    heal(proxy);
    expect(await ask()).toBe(200);
    await proxy.close();
    await service.close(0);
    return outcome;
  };

  it.each(['refused', 'reset', 'hanging', 'half', 'garbage', 'flapping', 'one-refuses'])(
    'named %s fails every request until it ends',
    async (name) => expect(await play(name)).toBe('none'),
  );

  it('may be a response with status 503', async () => expect(await play('5xx')).toBe(503));
});
