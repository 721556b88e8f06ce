import { describe, expect, it } from '@jest/globals';
import { namedInConnection } from '../../../src/http/headers/hop-by-hop.ts';

describe('Headers that Connection names', () => {
  it.each([
    [undefined, []],
    ['keep-alive', []],
    ['close', []],
    ['X-Secret', ['x-secret']],
    ['Keep-Alive, X-One ,x-two,', ['x-one', 'x-two']],
    ['content-length, host, Date', []],
  ])('Connection: %p names the headers %p', (value, names) =>
    expect([...namedInConnection(value)]).toEqual(names),
  );
});
