/** Tests of the sample services are skipped with a message when a clone has removed one of the services. */
import { describe, it } from '@jest/globals';
import { hasServiceCode } from '../../src/service/load.ts';

export const hasSamples = ['consumers', 'restaurants', 'orders'].every(hasServiceCode);

export const describeSamples: typeof describe.skip = hasSamples ? describe : describe.skip;

export const itSamples: typeof it.skip = hasSamples ? it : it.skip;
