import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { jsonText, yamlText } from '../../../../src/gateway/portal/docs/document-text.ts';
import { runToCompletion } from '../../../../src/openapi/incremental.ts';

describe('A document that is serialized in steps', () => {
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

  it('JSON in steps equals JSON at once', () => {
    fc.assert(
      fc.property(document, (value) => expect(runToCompletion(jsonText(value))).toBe(JSON.stringify(value))),
    );
    expect(runToCompletion(jsonText({ a: undefined, b: { c: undefined, d: [1, undefined] } }))).toBe(
      '{"b":{"d":[1,null]}}',
    );
  });

  it('The text of a wide list, and of a large object, is the same, and is written in steps.', () => {
    const many = Array.from({ length: 2100 }, (_, index) => index);
    const values = [
      many.map((index) => `value ${index}\n  of many\n\n`),
      many.map((index) => ({ index, list: [index, { a: 'x' }] })),
      Object.fromEntries(many.map((index) => [`p${index}`, { type: 'string', enum: many.slice(0, 3) }])),
    ];
    for (const value of values) {
      const document = { components: { schemas: { A: { deep: { deeper: value, after: 1 } } } } };
      for (const [write, read] of [
        [jsonText, JSON.parse],
        [yamlText, (text: string) => parse(text, { maxAliasCount: 0 })],
      ] as const) {
        const steps = write(document);
        let count = 0;
        let step = steps.next();
        for (; !step.done; step = steps.next()) count += 1;
        expect(read(step.value)).toEqual(document);
        expect(count).toBeGreaterThan(6);
      }
    }
  });

  it('YAML in steps has the same content', () => {
    fc.assert(
      fc.property(document, (value) => {
        const read = parse(runToCompletion(yamlText(value)), { maxAliasCount: 0 });
        expect(JSON.stringify(read)).toBe(JSON.stringify(value));
      }),
      { numRuns: 300 },
    );
  });
});
