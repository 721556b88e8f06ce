/** Where values begin and end in any JSON. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonSpans } from '../../src/codecs/json-spans.ts';
import { jsonText, meaning } from '../support/json-texts.ts';

const blank = fc.constantFrom('', ' ', '\n\t');
const runs = { numRuns: 300 };

/** Writes a value again from the spans of its parts. */
function rewrite(text: string): string {
  const bytes = Buffer.from(text);
  const spans = new JsonSpans(bytes, 1000);
  const write = (start: number, end: number): string => {
    if (bytes[start] === '{'.charCodeAt(0)) {
      const members: string[] = [];
      const after = spans.members(start, (name, at) => {
        const next = spans.skip(at, 0);
        members.push(`${JSON.stringify(name)}:${write(at, next)}`);
        return next;
      });
      expect(after).toBe(end);
      return `{${members.join()}}`;
    }
    if (bytes[start] === '['.charCodeAt(0)) {
      const found = spans.elements(start, 0);
      expect(found.end).toBe(end);
      return `[${found.spans.map((one) => write(one.start, one.end)).join()}]`;
    }
    return bytes.toString('utf8', start, end);
  };
  const start = spans.next(0);
  return write(start, spans.skip(start, 0));
}

describe('Spans of JSON', () => {
  it('Every value of any JSON is found, with all of its bytes', () => {
    fc.assert(
      fc.property(jsonText, blank, blank, (text, before, after) => {
        expect(meaning(rewrite(before + text + after))).toBe(meaning(text));
      }),
      runs,
    );
  });

  it.each([
    ['"a\\"b" ', 6],
    ['"\\\\",1', 4],
    ['"}]" ,', 4],
    ['12.5e3}', 6],
    ['true]', 4],
    ['-1', 2],
    ['{"a":"}"},', 9],
    ['[[],{"b":"\\\\"}]]', 15],
  ])('The value at the start of %j has %d bytes', (text, length) => {
    expect(new JsonSpans(Buffer.from(text), 10).skip(0, 0)).toBe(length);
  });

  it.each([
    [3, 0],
    [2, 1],
    [1, 2],
  ])(
    'A value of %d levels fits below %d others, and one level more does not, where 3 are allowed',
    (levels, above) => {
      const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));
      expect(new JsonSpans(nested(levels), 3).skip(0, above)).toBe(2 * levels);
      expect(() => new JsonSpans(nested(levels + 1), 3).skip(0, above)).toThrow(RangeError);
    },
  );

  it('Bytes that end too early end the search', () => {
    for (const text of ['"abc', '[1,', '{"a":', '"\\'])
      expect(new JsonSpans(Buffer.from(text), 10).skip(0, 0)).toBeLessThanOrEqual(text.length + 2);
  });
});
