/** Clients of other authors walk the whole from `/`. */
import { afterAll, beforeAll } from '@jest/globals';
import { kettingJourney } from '../suites/ketting.ts';
import { waychaserJourney } from '../suites/waychaser.ts';
import { describeSamples } from '../support/samples.ts';
import { type System, startSystem } from '../support/system.ts';

describeSamples('clients that nobody here wrote', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);
  afterAll(() => system.close());

  kettingJourney(() => system.url);
  waychaserJourney(() => system.url);
});
