import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  fragmentPointer,
  fragmentToken,
  fragmentTokens,
  percentDecoded,
  plainPointer,
  pointerTokens,
} from '../../src/contract/json-pointer.ts';

const token = fc.string({ unit: fc.constantFrom('~', '/', '0', '1', '%', '#', 'a', 'é', '😀', ' ') });

describe('A JSON Pointer', () => {
  it.each([
    ['', []],
    ['/', ['']],
    ['//', ['', '']],
    ['/foo/0', ['foo', '0']],
    ['/a~1b', ['a/b']],
    ['/m~0n', ['m~n']],
    ['/~01', ['~1']],
    ['/c%d', ['c%d']],
  ])('%j has the tokens %j (RFC 6901 §5)', (pointer, tokens) => {
    expect(pointerTokens(pointer)).toEqual(tokens);
    expect(plainPointer(tokens)).toBe(pointer);
  });

  it.each([
    ['#', []],
    ['#/a~1b', ['a/b']],
    ['#/c%25d', ['c%d']],
    ['#/e%5Ef', ['e^f']],
    ['#/k%22l', ['k"l']],
    ['#/%20', [' ']],
    ['#/m~0n', ['m~n']],
    ['#/paths/~1orders~1%7Bid%7D/get', ['paths', '/orders/{id}', 'get']],
  ])('%j, as a URI fragment, has the tokens %j (RFC 6901 §6)', (fragment, tokens) => {
    expect(fragmentTokens(fragment)).toEqual(tokens);
    expect(fragmentTokens(fragment.slice(1))).toEqual(tokens);
    expect(fragmentPointer(tokens)).toBe(fragment);
  });

  it('keeps any tokens, as text and as a URI fragment', () => {
    fc.assert(
      fc.property(fc.array(token), (tokens) => {
        expect(pointerTokens(plainPointer(tokens))).toEqual(tokens);
        expect(fragmentTokens(fragmentPointer(tokens))).toEqual(tokens);
        expect(fragmentPointer(tokens)).toBe(`#${tokens.map((one) => `/${fragmentToken(one)}`).join('')}`);
      }),
    );
  });

  it('takes indexes for tokens', () => {
    expect(fragmentPointer(['items', 0])).toBe('#/items/0');
    expect(plainPointer(['items', 0])).toBe('/items/0');
  });

  it('is read and written without an error, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fragmentTokens(text);
        pointerTokens(text);
        expect(encodeURI(fragmentPointer([text]))).not.toContain('\uD800');
      }),
    );
  });

  it('has U+FFFD in place of a lone surrogate, which no URI can have', () => {
    expect(fragmentPointer(['\uD800a'])).toBe('#/%EF%BF%BDa');
    expect(plainPointer(['\uD800a'])).toBe('/\uD800a');
  });

  it('without a leading slash has the tokens after its first slash', () => {
    expect(pointerTokens('name')).toEqual([]);
    expect(pointerTokens('name/a~1b')).toEqual(['a/b']);
  });
});

it.each([
  ['a%20b', 'a b'],
  ['100%', '100%'],
  ['%7Bid%7D/100%', '{id}/100%'],
  ['%ff%20', '%ff%20'],
  ['%ff/%20', '%ff/ '],
])('Percent-encoding that is broken is taken literally: %s is %s', (text, decoded) => {
  expect(percentDecoded(text)).toBe(decoded);
});
