import { expect, it } from '@jest/globals';
import { deductAge } from '../../../src/gateway/composition/cache-control.ts';

it.each<[string | undefined, string[]]>([
  ['max-age=60', ['Cache-Control', 'max-age=60']],
  ['max-age=50', ['Cache-Control', 'max-age=60', 'Age', '10']],
  ['s-maxage=0, max-age=50', ['Cache-Control', 's-maxage=5, max-age=60', 'Age', '10']],
  ['max-age=60', ['Cache-Control', 'max-age=60', 'Age', '10.0']],
  ['max-age=60', ['Cache-Control', 'max-age=60', 'Age', '-10']],
  ['max-age=50', ['Cache-Control', 'max-age=60', 'Age', '10', 'Age', '0']],
  ['max-age=60, private', ['Cache-Control', 'max-age=60', 'cache-control', 'private']],
  [undefined, ['Age', '10']],
])('The remaining lifetime is %p after %j', (left, rawHeaders) => {
  expect(deductAge({ rawHeaders })).toBe(left);
});
