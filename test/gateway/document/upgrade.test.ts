import { expect, it } from '@jest/globals';
import { upgrade } from '../../../src/gateway/document/upgrade.ts';

const document = (openapi: string, schema: object) => ({ openapi, components: { schemas: { A: schema } } });
const upgraded = (schema: object) => upgrade(document('3.0.3', schema)).components;

it('says in 3.1 what a 3.0 schema says', () => {
  expect(upgraded({ type: 'string', nullable: true, enum: ['a'] })).toEqual({
    schemas: { A: { type: ['string', 'null'], enum: ['a', null] } },
  });
  expect(upgraded({ minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false })).toEqual({
    schemas: { A: { exclusiveMinimum: 1, maximum: 9 } },
  });
  expect(upgraded({ properties: { nullable: { type: 'string', nullable: false } } })).toEqual({
    schemas: { A: { properties: { nullable: { type: 'string' } } } },
  });
});

it('leaves 3.1 alone', () => {
  const modern = document('3.1.0', { type: 'string', nullable: true });

  expect(upgrade(modern)).toBe(modern);
});
