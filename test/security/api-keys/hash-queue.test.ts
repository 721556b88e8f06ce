import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HashQueue } from '../../../src/security/api-keys/hash-queue.ts';

describe('The queue of hashes', () => {
  it('Runs every task in order, never more than allowed at once, also after bursts and failures', async () => {
    const waves = fc.array(fc.array(fc.boolean(), { maxLength: 10 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(waves, fc.integer({ min: 1, max: 3 }), async (all, concurrent) => {
        const queue = new HashQueue({ concurrent, queued: 100 });
        let [running, most] = [0, 0];
        for (const wave of all) {
          const started: number[] = [];
          const results = wave.map((isGood, index) =>
            queue.run(async () => {
              started.push(index);
              running += 1;
              most = Math.max(most, running);
              await new Promise(setImmediate);
              running -= 1;
              if (!isGood) throw new Error(`task ${index}`);
              return index;
            }),
          );
          const settled = await Promise.allSettled(results);
          expect(settled.map(({ status }) => status === 'fulfilled')).toEqual(wave);
          expect(started).toEqual([...wave.keys()]);
        }
        expect(running).toBe(0);
        expect(most).toBe(Math.min(concurrent, Math.max(0, ...all.map(({ length }) => length))));
      }),
      { numRuns: 50 },
    );
  });

  it('Is full only while all places and the queue are taken', async () => {
    const queue = new HashQueue({ concurrent: 1, queued: 1 });
    const ends: (() => void)[] = [];
    const run = () => queue.run(() => new Promise<void>((resolve) => ends.push(resolve)));
    expect(queue.isFull).toBe(false);
    const first = run();
    expect(queue.isFull).toBe(false);
    const second = run();
    expect(queue.isFull).toBe(true);
    ends.shift()?.();
    await first;
    expect(queue.isFull).toBe(false);
    await new Promise(setImmediate);
    ends.shift()?.();
    await second;
  });
});
