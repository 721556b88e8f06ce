import { expect, it } from '@jest/globals';
import { DeferredQueue } from '../../../src/gateway/conformance/deferred-queue.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('Jobs run in order, one per turn of the event loop, and release their place when they are done', async () => {
  const later = new DeferredQueue(2);
  const done: string[] = [];
  const slow = Promise.withResolvers<void>();
  expect([later.reserve(), later.reserve(), later.reserve()]).toEqual([true, true, false]);
  later.add(async () => {
    done.push('first');
    await slow.promise;
  });
  later.add(async () => {
    done.push('second');
  });
  expect(done).toEqual([]);
  await turn();
  await turn();
  await turn();
  expect(done).toEqual(['first', 'second']);
  // The second job is done, the first is not.
  expect([later.reserve(), later.reserve()]).toEqual([true, false]);
  slow.resolve();
  await turn();
  expect([later.reserve(), later.reserve()]).toEqual([true, false]);
});

it('One job runs per turn, also for jobs that are added while others wait', async () => {
  const later = new DeferredQueue(10);
  const turns: number[] = [];
  let now = 0;
  for (let job = 0; job < 3; job++) later.add(async () => void turns.push(now));
  for (now = 1; turns.length < 3 && now < 20; now++) {
    await turn();
    if (now === 2) later.add(async () => void turns.push(now));
  }
  expect(new Set(turns).size).toBe(turns.length);
});
