import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseHttpDate } from '../../../src/http/headers/http-date.ts';
import { parseRetryAfter } from '../../../src/http/headers/retry-after.ts';

const NOW = Date.UTC(2026, 10, 29);
const MOMENT = Date.UTC(1994, 10, 6, 8, 49, 37);

describe('HTTP date (RFC 9110 §5.6.7)', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', MOMENT],
    ['Sunday, 06-Nov-94 08:49:37 GMT', MOMENT],
    ['Sun Nov  6 08:49:37 1994', MOMENT],
    ['Wed Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
    ['  sun, 06 nov 1994 08:49:37 gmt ', MOMENT],
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['Mon, 01 Jan 0050 00:00:00 GMT', new Date(0).setUTCFullYear(50, 0, 1)],
  ])('A date is parsed from %j', (text, time) => {
    expect(parseHttpDate(text, NOW)).toBe(time);
  });

  it.each([
    ['Thursday, 18-Aug-50 02:01:18 GMT', 2050],
    ['Saturday, 28-Nov-76 23:59:59 GMT', 2076],
    ['Sunday, 30-Nov-76 00:00:00 GMT', 1976],
    ['Friday, 01-Jan-99 00:00:00 GMT', 1999],
  ])('The two-digit year of %j is %d', (text, year) => {
    expect(new Date(parseHttpDate(text, NOW) ?? 0).getUTCFullYear()).toBe(year);
  });

  it('A year of the next century is used where it is less than 50 years ahead', () => {
    expect(new Date(parseHttpDate('Wednesday, 01-Jan-10 00:00:00 GMT', Date.UTC(2090)) ?? 0)).toEqual(
      new Date(Date.UTC(2110)),
    );
  });

  it.each([
    '',
    '0',
    '-1',
    '2050',
    '86400',
    'never',
    '2050-08-18T02:01:18Z',
    'Aug 18 2050',
    '18 Aug 2050',
    'Thu, 18 Aug 2050 02:01:18 UTC',
    'Thu, 18 Aug 2050 02:01:18 AEST',
    'Thu, 18 Aug 2050 02:01:18 +0000',
    'Thu, 18 Aug 2050 02:01:18',
    'Thu, 18 Aug 50 02:01:18 GMT',
    'Thu 18 Aug 2050 02:01:18 GMT',
    'Thu, 18  Aug  2050 02:01:18 GMT',
    'Thu, 18-Aug-2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 02.01.18 GMT',
    'Thu, 18 Aug 2050 2:01:18 GMT',
    'Thu, 8 Aug 2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 24:00:00 GMT',
    'Thu, 18 Aug 2050 02:60:18 GMT',
    'Thu, 18 Aug 2050 02:01:61 GMT',
    'Thu, 31 Feb 2050 02:01:18 GMT',
    'Thu, 29 Feb 2050 02:01:18 GMT',
    'Thu, 00 Aug 2050 02:01:18 GMT',
    'Thu, 18 Foo 2050 02:01:18 GMT',
    'Thursday, 18 Aug 2050 02:01:18 GMT',
    'Thu, 18-Aug-50 02:01:18 GMT',
    'Thu Aug 8 02:01:18 2050',
    'Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:18 GMT',
  ])('%j is not a date', (text) => {
    expect(parseHttpDate(text, NOW)).toBeUndefined();
  });

  it('A date is parsed from each of the three formats', () => {
    const moments = fc.date({
      min: new Date('1980-01-01'),
      max: new Date('2070-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, (date) => {
        const seconds = Math.floor(date.getTime() / 1000) * 1000;
        const fixed = new Date(seconds).toUTCString();
        const [weekday = '', day = '', month = '', year = '', time = ''] = fixed.split(/,? /);
        const long = new Date(seconds).toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' });
        const written = [
          fixed,
          `${long}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
          `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`,
        ];
        for (const text of written) expect(parseHttpDate(text, NOW)).toBe(seconds);
      }),
    );
  });

  it('Text of other formats is not a date', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseHttpDate(text, NOW)).toBeUndefined();
      }),
    );
  });
});

describe('Retry-After (RFC 9110 §10.2.3)', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    [new Date(0).toUTCString(), 0],
  ])('Retry-After: %j is a delay of %d ms', (value, milliseconds) => {
    expect(parseRetryAfter(value)).toBe(milliseconds);
  });

  it('A date in an obsolete format is a delay as well', () => {
    expect(parseRetryAfter('Thu Aug 18 02:01:18 2050')).toBeGreaterThan(0);
  });

  it.each([
    undefined,
    '',
    'soon',
    '-1',
    '1.5',
    '1, 2',
    '2050-08-18T02:01:18Z',
    'Thu, 18 Aug 2050 02:01:18 UTC',
  ])('Retry-After: %j is ignored', (value) => {
    expect(parseRetryAfter(value)).toBeUndefined();
  });
});
