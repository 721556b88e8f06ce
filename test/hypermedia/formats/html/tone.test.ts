import { expect, it } from '@jest/globals';
import { toneOf } from '../../../../src/hypermedia/formats/html/tone.ts';

it.each([
  ['APPROVED', 'good'],
  ['REJECTED', 'bad'],
  ['CANCELLED', 'over'],
  ['APPROVAL_PENDING', 'waiting'],
  ['CANCEL_PENDING', 'waiting'],
  ['IN_PROGRESS', 'waiting'],
  ['NOT_APPROVED', 'plain'],
  ['VEGETARIAN', 'plain'],
])('%s has the tone %s', (state, tone) => {
  expect(toneOf(state)).toBe(tone);
});
