import { expect, it } from '@jest/globals';
import { readable } from '../../../../src/hypermedia/formats/html/readable.ts';

const text = (value: unknown): string => readable(value).text.replaceAll(/<[^>]*>/g, '');

it.each([
  [{ amount: 2490, currency: 'EUR' }, '€24.90'],
  [{ amount: 500, currency: 'JPY' }, '¥500'],
  ['2030-01-15T19:30:00.000Z', '15 Jan 2030, 19:30 UTC'],
  ['APPROVAL_PENDING', 'Approval pending'],
  ['EUR', 'EUR'],
  ['<b>', '&lt;b&gt;'],
  [true, 'Yes'],
  [0, '0'],
  [null, '–'],
  [[], '–'],
  [['a', 'b'], 'a, b'],
  [{ street: 'High' }, 'StreetHigh'],
])('%j is shown as %s', (value, expected) => {
  expect(text(value)).toBe(expected);
});
