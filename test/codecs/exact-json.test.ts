import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isRawNumber,
  memberKey,
  memberName,
  parseExact,
  parseExactAsync,
  scalarText,
  stringifyExact,
} from '../../src/codecs/exact-json.ts';
import { copyJson } from '../../src/hypermedia/expand/copy.ts';
import { jsonText, meaning } from '../support/json-texts.ts';

describe('Exact JSON', () => {
  it('Text is written as it was read, digit by digit and member by member', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(meaning(stringifyExact(parseExact(text)))).toBe(meaning(text));
        expect(meaning(stringifyExact(copyJson(parseExact(text)), 2))).toBe(meaning(text));
      }),
      {
        numRuns: 1000,
        examples: [
          ['{"a":9007199254740993,"b":1e400,"c":-0,"d":1.10,"2":0,"1":0,"a":1,"__proto__":{"x":1}}'],
          ['["{\\"\\udc00:x\\":1}","\\udc00:y",{"\\udc00:z":"\\udc00:w"}]'],
          ['{"\\uDC00:1":1,"\\udc00":{"1":2,"1":3}}'],
        ],
      },
    );
  });

  it('Values equal those of JSON.parse where nothing is lost', () => {
    const text = '{ "b": [1, -2.5, "x", true, null], "a": {} }';
    expect(parseExact(text)).toEqual(JSON.parse(text));
    expect(Object.keys(parseExact(text) as object)).toEqual(['b', 'a']);
  });

  it('Members are found by their names', () => {
    const value = parseExact('{"2":"b","a":1,"1":"a","a":2}') as Record<string, unknown>;
    expect(Object.keys(value).map(memberName)).toEqual(['2', 'a', '1', 'a']);
    expect(value[memberKey(value, '2') ?? '']).toBe('b');
    expect(value[memberKey(value, 'a') ?? '']).toBe(2);
    expect(memberKey(value, '3')).toBeUndefined();
  });

  it('Numbers that a double cannot represent keep their text', () => {
    const [large, small] = parseExact('[12345678901234567890, 12]') as unknown[];
    expect([isRawNumber(large), isRawNumber(small)]).toEqual([true, false]);
    expect([large, small, 'x', true].map(scalarText)).toEqual(['12345678901234567890', '12', 'x', 'true']);
  });

  it('Text with too many values is refused', async () => {
    const listOf = (count: number) => `[${'{},'.repeat(count - 1)}{}]`;
    await expect(parseExactAsync(listOf(1_000_000))).rejects.toThrow('has too many values');
    expect(await parseExactAsync(listOf(100_000))).toHaveLength(100_000);
    // A long text has few values.
    expect(await parseExactAsync(JSON.stringify('a, b'.repeat(100_000)))).toHaveLength(400_000);
  });

  it('Text that is nested too deeply or is not JSON is refused', () => {
    expect(() => parseExact(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toThrow(RangeError);
    expect(() => parseExact('{"a":')).toThrow(SyntaxError);
    const deep = `${'['.repeat(1000)}${']'.repeat(1000)}`;
    expect(stringifyExact(parseExact(deep))).toBe(deep);
  });
});
