import { describe, expect, it } from '@jest/globals';
import { membersOf } from '../../../src/hypermedia/fields/members.ts';

const document = {
  components: {
    schemas: {
      Node: {
        type: 'object',
        properties: { name: { type: 'string' }, next: { $ref: '#/components/schemas/Node' } },
      },
      Dated: { type: 'object', properties: { createdAt: { type: 'string' } } },
      Loop: { allOf: [{ $ref: '#/components/schemas/Loop' }] },
    },
  },
};
const node = { $ref: '#/components/schemas/Node' };

describe('The members of a schema', () => {
  it('are those of all schemas that it is composed of', () => {
    const members = membersOf(document, {
      allOf: [node, { $ref: '#/components/schemas/Dated' }, { description: 'A dated node.' }],
      properties: { tags: { type: 'array', items: { type: 'object', properties: { text: {} } } } },
    });
    expect(members.names.toSorted()).toEqual(['createdAt', 'name', 'next', 'tags']);
    expect(members.open).toBe(false);
    expect(members.member('tags')?.names).toEqual(['text']);
    expect(members.member('other')).toBeUndefined();
  });

  it('are available at any depth of a recursive schema', () => {
    let at = membersOf(document, node);
    for (let depth = 0; depth < 50; depth++) at = at.member('next') ?? at;
    expect(at.names).toEqual(['name', 'next']);
    expect(membersOf(document, { $ref: '#/components/schemas/Loop' }).names).toEqual([]);
  });

  it.each([
    [{ type: 'object' as const }, true],
    [{}, true],
    [{ type: 'object' as const, additionalProperties: { type: 'string' as const } }, true],
    [{ type: 'object' as const, properties: { a: {} }, additionalProperties: false }, false],
    [{ type: 'object' as const, properties: { a: {} } }, false],
    [{ type: 'object' as const, additionalProperties: false }, false],
    [{ type: 'string' as const }, false],
    [{ enum: ['a'] }, false],
  ])('for %j: whether others are allowed is %p', (schema, open) => {
    expect(membersOf(document, schema).open).toBe(open);
  });

  it.each([{ $ref: '#anchor' }, { $ref: '#/components/schemas/Missing' }, { anyOf: [true] }])(
    'may be others where a schema is not known, or takes anything: %j',
    (schema) => {
      expect(membersOf(document, schema as typeof node).open).toBe(true);
    },
  );

  it('include those beside a reference', () => {
    const members = membersOf(document, { ...node, properties: { beside: {} } } as typeof node);
    expect(members.names.toSorted()).toEqual(['beside', 'name', 'next']);
    expect(members.open).toBe(false);
  });
});
