/** Third-party clients use the whole system, starting at `/`. */
import { afterAll, beforeAll } from '@jest/globals';
import { kettingJourney } from '../suites/ketting.ts';
import { waychaserJourney } from '../suites/waychaser.ts';
import { describeSamples } from '../support/samples.ts';
import { type System, startSystem } from '../support/system.ts';

describeSamples('The whole system, used by third-party clients', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);
  afterAll(() => system.close());

  kettingJourney(() => system.url);
  waychaserJourney(() => system.url);
});
