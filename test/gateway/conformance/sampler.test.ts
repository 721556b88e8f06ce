/** The selection of responses to inspect. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Sampler } from '../../../src/gateway/conformance/sampler.ts';

it('The first response is selected, and the given share of the following ones', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 300 }), (percent, most) => {
      const sampler = new Sampler(percent / 100);
      let due = 0;
      for (let n = 1; n <= most; n++) {
        if (sampler.isDue()) due += 1;
        expect(due).toBe(1 + Math.floor(((n - 1) * percent) / 100));
      }
    }),
  );
});

it('No response is selected with a share of 0', () => {
  const sampler = new Sampler(0);
  expect(Array.from({ length: 100 }, () => sampler.isDue())).not.toContain(true);
});
