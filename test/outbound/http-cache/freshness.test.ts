/** The use of a stored response at the limits of its freshness. */
import { expect, it } from '@jest/globals';
import { directivesOf } from '../../../src/http/headers/cache-control.ts';
import {
  canServeStaleOnError,
  decideReuse,
  selectResponse,
} from '../../../src/outbound/http-cache/freshness.ts';

const GRACE = { staleWhileRevalidate: 5, staleIfError: 7 };
/** @param left seconds for which the response is still fresh */
const stored = (left: number, control = '', age = 10) =>
  ({ timeToLive: () => left, age: () => age, control: directivesOf(control) }) as never;
const requestWith = (control = '') => ({ control: directivesOf(control) }) as never;

it.each<[left: number, response: string, request: string, reuse: string]>([
  [1, '', '', 'fresh'],
  [0, '', '', 'revalidate'],
  [-4, '', '', 'revalidate'],
  [-5, '', '', 'stale'],
  [-5, 'stale-while-revalidate=6', '', 'revalidate'],
  [-1, 'stale-while-revalidate=0', '', 'stale'],
  [5, '', 'min-fresh=5', 'fresh'],
  [5, '', 'min-fresh=6', 'request'],
  [0, '', 'min-fresh=1', 'stale'],
  [5, '', 'max-age=10', 'fresh'],
  [5, '', 'max-age=9', 'request'],
  [5, '', 'no-cache', 'request'],
  [5, 'no-cache', '', 'stale'],
  [-30, '', 'max-stale=30', 'fresh'],
  [-31, '', 'max-stale=30', 'stale'],
  [-9999, '', 'max-stale', 'fresh'],
  ...['must-revalidate', 'proxy-revalidate', 's-maxage=1'].map((strict): [number, string, string, string] => [
    -1,
    strict,
    'max-stale',
    'stale',
  ]),
])(
  'A response that is fresh for %s s and has Cache-Control "%s" is, for a request with "%s", %s',
  (left, response, request, reuse) => {
    expect(decideReuse(stored(left, response), requestWith(request), 0, GRACE)).toBe(reuse);
  },
);

it.each<[left: number, response: string, request: string, helps: boolean]>([
  [-6, '', '', true],
  [-7, '', '', false],
  [-8, 'stale-if-error=9', '', true],
  [-9, 'stale-if-error=9', '', false],
  [-8, 'stale-if-error=1', 'stale-if-error=9', true],
  [-1, 'must-revalidate', '', false],
  [-1, '', 'no-cache', false],
])(
  'Whether a response that is fresh for %s s and has Cache-Control "%s" replaces an error, for a request with "%s", is %s',
  (left, response, request, helps) => {
    expect(canServeStaleOnError(stored(left, response), requestWith(request), 0, GRACE)).toBe(helps);
  },
);

it('The newest of the matching responses that the client may share is selected', () => {
  const one = (receivedAt: number, selecting = 'a', isPublic = false) =>
    ({ receivedAt, selecting, isPublic }) as never;
  const request = (hasCredentials: boolean) =>
    ({ hasCredentials, matches: (selecting: unknown) => selecting === 'a' }) as never;
  const candidates = [one(1, 'a', true), one(3), one(2), one(9, 'b', true)];
  expect(selectResponse(candidates, request(false))).toBe(candidates[1]);
  expect(selectResponse(candidates, request(true))).toBe(candidates[0]);
  expect(selectResponse([], request(false))).toBeUndefined();
});
