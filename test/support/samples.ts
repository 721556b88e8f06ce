/** For tests that walk the sample services: where one of those has been taken away they are skipped, and say so. */
import { describe, it } from '@jest/globals';
import { hasServiceCode } from '../../src/service/load.ts';

export const hasSamples = ['consumers', 'restaurants', 'orders'].every(hasServiceCode);

export const describeSamples: typeof describe.skip = hasSamples ? describe : describe.skip;

export const itSamples: typeof it.skip = hasSamples ? it : it.skip;
