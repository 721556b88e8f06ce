/** The limit on the resources that are revalidated in the background. */
import { expect, it } from '@jest/globals';
import { BackgroundRevalidator } from '../../../src/outbound/http-cache/background-revalidator.ts';
import { CacheRequest } from '../../../src/outbound/http-cache/cache-request.ts';

const MOST = 32;
const CREDENTIALS = { headers: new Set<string>(), query: new Set<string>(), isHidden: false };
const turn = () => new Promise(setImmediate);

const start = () => {
  const begun: { cacheRequest: CacheRequest; joined: number; end: PromiseWithResolvers<unknown> }[] = [];
  const known = new Map<string, unknown>();
  const coalescer = {
    find: ({ identity }: CacheRequest) => known.get(identity),
    begin: (_slot: unknown, cacheRequest: CacheRequest) => {
      const one = { cacheRequest, joined: 0, end: Promise.withResolvers<unknown>() };
      begun.push(one);
      return {
        join: () => {
          one.joined += 1;
        },
        outcome: one.end.promise,
      };
    },
  };
  const revalidator = new BackgroundRevalidator(coalescer as never, CREDENTIALS);
  const request = (path: string, more: object = {}) =>
    new CacheRequest({ method: 'GET', path, headers: ['a', 'b'], ...more }, CREDENTIALS);
  const ask = (path: string, more?: object) =>
    revalidator.revalidate({ key: path, state: '' }, request(path, more), {} as never);
  return { begun, known, ask, request };
};

it('A resource is revalidated once at a time, and again after a success or a failure', async () => {
  const { begun, ask } = start();
  for (const end of ['resolve', 'reject', 'resolve'] as const) {
    const before = begun.length;
    ask('/x');
    ask('/x');
    expect(begun.length).toBe(before + 1);
    begun.at(-1)?.end[end](end === 'resolve' ? {} : new Error('no'));
    await turn();
  }
  expect(begun.map(({ joined }) => joined)).toEqual([1, 1, 1]);
});

it('The number of resources that are revalidated at the same time is limited', async () => {
  const { begun, ask } = start();
  for (let n = 0; n < MOST + 8; n++) ask(`/${n}`);
  expect(begun).toHaveLength(MOST);
  begun[0]?.end.resolve({});
  await turn();
  ask('/more');
  ask('/too-many');
  expect(begun.map(({ cacheRequest }) => cacheRequest.request.path).slice(MOST)).toEqual(['/more']);
});

it('A revalidation sends the request of the client, without its deadline and its statistics', () => {
  const { begun, ask } = start();
  ask('/x', { method: 'HEAD', operationId: 'getX', client: 'one', deadline: 5, stats: {} });
  expect(begun[0]?.cacheRequest.request).toEqual({
    method: 'HEAD',
    path: '/x',
    headers: ['a', 'b'],
    operationId: 'getX',
    client: 'one',
  });
});

it('A revalidation joins an identical call in flight, and discards its response', async () => {
  const { begun, known, ask, request } = start();
  let joined = 0;
  let discarded = 0;
  const own = {
    discard: () => {
      discarded += 1;
    },
  };
  const flight = {
    join: () => {
      joined += 1;
    },
    outcome: Promise.resolve({ privateResponse: own }),
  };
  known.set(request('/x').identity, flight);
  ask('/x');
  await turn();
  expect([begun.length, joined, discarded]).toEqual([0, 1, 1]);
});
