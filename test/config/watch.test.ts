import { expect, it } from '@jest/globals';
import { watch } from '../../src/config/watch.ts';
import { eventually } from '../support/eventually.ts';

const watched = (onCheck: (count: number) => void) => {
  const seen = { checks: 0, reloads: 0 };
  const stop = watch({
    places: () => {
      seen.checks += 1;
      onCheck(seen.checks);
      return [import.meta.filename];
    },
    intervals: () => ({ files: 1, urls: 0 }),
    isRefused: () => false,
    reload: async () => {
      seen.reloads += 1;
    },
  });
  return { seen, stop };
};

it('Nothing is polled or reloaded after the end, also where it comes while files are read', async () => {
  const ended = watched((count) => {
    // The second check in a row finds the same version, and would reload.
    if (count === 2) ended.stop();
  });
  await eventually('it has ended', () => ended.seen.checks === 2);
  const other = watched(() => {});
  await eventually('another one goes on', () => other.seen.checks >= 10);
  other.stop();
  expect([ended.seen, other.seen.reloads]).toEqual([{ checks: 2, reloads: 0 }, 1]);
});
