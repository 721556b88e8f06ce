/** The cost of many simultaneous scrapes. */
import { expect, it } from '@jest/globals';
import { Metrics } from '../../../src/gateway/metrics/metrics.ts';

it('Metrics are created once per turn of the event loop', async () => {
  let count = 0;
  const inFlight = () => {
    count += 1;
    return count;
  };
  const metrics = new Metrics({ inFlight, services: () => [] });
  const texts = await Promise.all(Array.from({ length: 1000 }, () => metrics.text()));
  expect(count).toBe(1);
  expect(new Set(texts).size).toBe(1);
  await new Promise(setImmediate);
  expect(await metrics.text()).toContain('linkway_requests_in_flight 2\n');
});
