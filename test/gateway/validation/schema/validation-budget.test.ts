/** A short body never blocks a process, however ambiguous its schema is. */
import { describe, expect, it } from '@jest/globals';
import { referenceSchema, Schemas } from '../../../../src/gateway/validation/schema/schemas.ts';
import { startPlaces } from '../../../support/schema-places.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const KINDS = ['add', 'sub', 'mul', 'div'];
const operands = { left: ref('Expr'), right: ref('Expr') };

/** @param isDistinguished whether a value distinguishes the alternatives */
const expressions = (isDistinguished: boolean): Record<string, object> => ({
  Expr: { oneOf: [...KINDS.map(ref), { type: 'number' }] },
  ...Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      {
        type: 'object',
        required: ['kind', 'left', 'right'],
        properties: { ...operands, kind: isDistinguished ? { const: kind } : { pattern: `^${kind}$` } },
      },
    ]),
  ),
});

const deep = (depth: number, leaf: unknown): unknown =>
  depth === 0 ? leaf : { kind: 'add', left: deep(depth - 1, leaf), right: 1 };

/** Each schema refers to the next one twice. */
const doubled = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [
    `D${index}`,
    index === 39 ? { type: 'integer' } : { allOf: [ref(`D${index + 1}`), { allOf: [ref(`D${index + 1}`)] }] },
  ]),
);

describe('A value whose schema has alternatives at each level', () => {
  it('is accepted if it is valid, at any depth', async () => {
    const places = await startPlaces('3.1.0', ref('Expr'), expressions(true));
    for (const at of ['body', 'member', 'response'] as const)
      expect([at, await places.takes(at, deep(40, 1))]).toEqual([at, true]);
  });

  it.each([true, false])(
    'is rejected after a limited number of steps if it is invalid',
    (isDistinguished) => {
      const checks = new Schemas({ components: { schemas: expressions(isDistinguished) } }, () => {});
      const value = deep(40, 'x');
      const errors = checks.checkJson(referenceSchema('#/components/schemas/Expr'), '#')(
        value,
        JSON.stringify(value).length,
      );
      expect(errors.length).toBeGreaterThan(0);
      expect(errors.length).toBeLessThan(1000);
    },
  );

  it('is rejected as ambiguous if nothing distinguishes the alternatives', async () => {
    const places = await startPlaces('3.1.0', ref('Expr'), expressions(false));
    expect(await places.takes('body', deep(5, 1))).toBe(true);
    expect(await places.takes('body', deep(40, 1))).toBe(false);
  });
});

it('Schemas that double at each reference cost a limited number of steps', () => {
  const checks = new Schemas({ components: { schemas: doubled } }, () => {});
  const errors = checks.checkJson(referenceSchema('#/components/schemas/D0'), '#')(1, 1);
  expect(errors.map(({ message }) => message)).toEqual(['can be read in too many ways to be checked']);
});
