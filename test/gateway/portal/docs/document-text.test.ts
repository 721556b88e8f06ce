import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { jsonText, yamlText } from '../../../../src/gateway/portal/docs/document-text.ts';
import { atOnce } from '../../../../src/openapi/incremental.ts';

describe('a document written in steps', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'a\nb\n\n  c',
      '\n',
      ' x',
      'é: #',
      '- a',
      'true',
      '~',
      '~1',
      'x'.repeat(300),
      `${'word '.repeat(60)}\nend `,
    ),
  );
  const key = fc.oneof(text, fc.constantFrom('/a/{id}', '__proto__', '200', 'y'.repeat(600)));
  const document = fc.object({
    maxDepth: 5,
    key,
    values: [text, fc.integer(), fc.boolean(), fc.constant(null)],
  });

  it('is the JSON that is written at once', () => {
    fc.assert(fc.property(document, (value) => expect(atOnce(jsonText(value))).toBe(JSON.stringify(value))));
    expect(atOnce(jsonText({ a: undefined, b: { c: undefined, d: [1, undefined] } }))).toBe(
      '{"b":{"d":[1,null]}}',
    );
  });

  it('is YAML that says the same', () => {
    fc.assert(
      fc.property(document, (value) => {
        const read = parse(atOnce(yamlText(value)), { maxAliasCount: 0 });
        expect(JSON.stringify(read)).toBe(JSON.stringify(value));
      }),
      { numRuns: 300 },
    );
  });
});
