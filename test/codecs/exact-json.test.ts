import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isRawNumber,
  memberKey,
  memberName,
  parseExact,
  readExact,
  scalarText,
  writeExact,
} from '../../src/codecs/exact-json.ts';
import { copyJson } from '../../src/hypermedia/expand/copy.ts';
import { jsonText, meaning } from '../support/json-texts.ts';

describe('JSON that is read and written again', () => {
  it('says what it said, digit by digit and member by member', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(meaning(writeExact(parseExact(text)))).toBe(meaning(text));
        expect(meaning(writeExact(copyJson(parseExact(text)), 2))).toBe(meaning(text));
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

  it('has the values of JSON.parse where those are the same', () => {
    const text = '{ "b": [1, -2.5, "x", true, null], "a": {} }';
    expect(parseExact(text)).toEqual(JSON.parse(text));
    expect(Object.keys(parseExact(text) as object)).toEqual(['b', 'a']);
  });

  it('has the members of its objects under their names', () => {
    const value = parseExact('{"2":"b","a":1,"1":"a","a":2}') as Record<string, unknown>;
    expect(Object.keys(value).map(memberName)).toEqual(['2', 'a', '1', 'a']);
    expect(value[memberKey(value, '2') ?? '']).toBe('b');
    expect(value[memberKey(value, 'a') ?? '']).toBe(2);
    expect(memberKey(value, '3')).toBeUndefined();
  });

  it('has numbers by their text where a double is another', () => {
    const [large, small] = parseExact('[12345678901234567890, 12]') as unknown[];
    expect([isRawNumber(large), isRawNumber(small)]).toEqual([true, false]);
    expect([large, small, 'x', true].map(scalarText)).toEqual(['12345678901234567890', '12', 'x', 'true']);
  });

  it('is refused where it has more values than can be read in a moment', async () => {
    const listOf = (count: number) => `[${'{},'.repeat(count - 1)}{}]`;
    await expect(readExact(listOf(1_000_000))).rejects.toThrow('has too many values');
    expect(await readExact(listOf(100_000))).toHaveLength(100_000);
    // A long text has few values.
    expect(await readExact(JSON.stringify('a, b'.repeat(100_000)))).toHaveLength(400_000);
  });

  it('is refused where it is nested too deeply, or is none', () => {
    expect(() => parseExact(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toThrow(RangeError);
    expect(() => parseExact('{"a":')).toThrow(SyntaxError);
    const deep = `${'['.repeat(1000)}${']'.repeat(1000)}`;
    expect(writeExact(parseExact(deep))).toBe(deep);
  });
});
