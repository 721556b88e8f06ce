import { expect, it } from '@jest/globals';
import { freshness } from '../../../src/hypermedia/expand/merge.ts';

const of = (...values: (string | undefined)[]) =>
  freshness(
    values.map((cacheControl) => ({ cacheControl })),
    false,
  );

it.each<[whole: string, ...parts: (string | undefined)[]]>([
  ['max-age=10', 'max-age=60', 'MAX-AGE=10'],
  ['max-age=10', 'max-age=60, s-maxage=10'],
  ['max-age=0', 'max-age=60', 'public'],
  ['max-age=0', 'max-age=60', 'max-age=soon'],
  ['max-age=60', 'max-age="60", x="no-store"'],
  ['max-age=60', 'max-age=60, not-no-store'],
  ['no-cache', 'max-age=60', undefined],
  ['private, max-age=60', 'max-age=60', 'max-age=90, private'],
  ['private, max-age=60', 'max-age=60, private="x"'],
  ['must-revalidate, max-age=60', 'max-age=60', 'max-age=90, must-revalidate'],
  ['no-store', 'max-age=60', 'No-Store'],
])('The expanded response is %s if its parts are %s and %s', (whole, ...parts) => {
  expect(of(...parts)).toBe(whole);
});

it('The expanded response is not stored if a part is missing', () => {
  expect(freshness([{ cacheControl: 'max-age=60' }], true)).toBe('no-store');
});
