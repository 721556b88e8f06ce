import { describe, expect, it } from '@jest/globals';
import { duration, size } from '../../src/config/units.ts';

describe('The duration parser', () => {
  it.each([
    [250, 250],
    ['500ms', 500],
    ['5s', 5000],
    ['1.5 s', 1500],
    ['2m', 120_000],
    ['1H', 3_600_000],
    [0, 0],
    ['596h', 2_145_600_000],
  ])('reads %p as %d ms', (text, expected) => expect(duration.parse(text)).toBe(expected));

  it.each(['5', 'soon', '5 parsecs', -1, Number.NaN, true, '', '-5s', '597h', 2 ** 31])(
    'rejects %p with a valid example',
    (text) => expect(duration.safeParse(text).error?.issues[0]?.message).toMatch('such as 500ms, 5s'),
  );
});

describe('The size parser', () => {
  it.each([
    [10, 10],
    ['10b', 10],
    ['64kb', 65_536],
    ['1MB', 1_048_576],
    ['1gb', 1_073_741_824],
  ])('reads %p as %d bytes', (text, expected) => expect(size.parse(text)).toBe(expected));

  it.each(['10', '5s', 'big', -5])('rejects %p with a valid example', (text) =>
    expect(size.safeParse(text).error?.issues[0]?.message).toMatch('such as 64kb'),
  );
});
