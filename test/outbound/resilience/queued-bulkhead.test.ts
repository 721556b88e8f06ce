import { expect, it } from '@jest/globals';
import { QueuedBulkhead } from '../../../src/outbound/resilience/queued-bulkhead.ts';

it('Calls wait for a slot in their order, are counted meanwhile, and are rejected when the queue is full', async () => {
  const slots = new QueuedBulkhead({ concurrent: 2, queued: 2 });
  const calls = [0, 1, 2, 3].map(() => ({}));
  const begun: number[] = [];
  const ends = calls.map(() => Promise.withResolvers<void>());
  const run = (index: number) =>
    slots.execute(calls[index] as object, async () => {
      begun.push(index);
      await ends[index]?.promise;
    });
  expect([slots.isFree, slots.isBusy, slots.queued]).toEqual([true, false, 0]);
  const all = [run(0)];
  expect([slots.isFree, slots.isBusy, slots.queued]).toEqual([true, false, 0]);
  all.push(run(1), run(2), run(3));
  expect([slots.isFree, slots.isBusy, slots.queued]).toEqual([false, true, 2]);
  await expect(slots.execute({}, async () => {})).rejects.toThrow();
  ends[0]?.resolve();
  await all[0];
  await new Promise(setImmediate);
  expect([begun, slots.queued]).toEqual([[0, 1, 2], 1]);
  slots.removeFromQueue(calls[3] as object);
  expect(slots.queued).toBe(0);
  for (const { resolve } of ends) resolve();
  await Promise.all(all);
  expect([slots.isFree, slots.queued]).toEqual([true, 0]);
});
