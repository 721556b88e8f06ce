import { describe, expect, it } from '@jest/globals';
import { applyAs, JSON_PATCH, MERGE_PATCH, patchOf } from '../../src/contract/patch.ts';
import { Problem } from '../../src/contract/problem.ts';
import { z } from '../../src/contract/schema.ts';

const document = z.strictObject({
  name: z.string().min(1),
  note: z.string().optional(),
  place: z.strictObject({ city: z.string(), street: z.string().optional() }).optional(),
  tags: z.array(z.string()),
});
const patch = patchOf(document, { merge: {}, operations: [] });
const before = { name: 'Ada', note: 'a', place: { city: 'London', street: 'High' }, tags: ['x', 'y'] };

const thrownBy = (work: () => unknown): Problem => {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('no problem');
};

describe('a merge patch (RFC 7396)', () => {
  const merge = (given: object) => applyAs(patch, MERGE_PATCH, given)(before);

  it('sets what it has, takes away what is null, and leaves the rest', () => {
    const given = { name: 'Grace', note: null, place: { street: null } };
    expect(merge(given)).toEqual({ name: 'Grace', place: { city: 'London' }, tags: ['x', 'y'] });
  });

  it('puts a list in the place of a list', () => {
    expect(merge({ tags: ['z'] }).tags).toEqual(['z']);
  });

  it('leaves the document that it was applied to as it was', () => {
    merge({ place: { street: 'Low' } });
    expect(before.place.street).toBe('High');
  });

  it('cannot take away what has to be there', () => {
    const problem = thrownBy(() => merge({ name: null }));
    expect(problem.type.code).toBe('validation-failed');
    expect(problem.extensions.errors).toMatchObject([{ in: 'body', pointer: '#/name' }]);
  });

  it('is held against the contract: an unknown member, a value of another type', () => {
    const { schema } = patch.content[MERGE_PATCH] as { schema: z.ZodType };
    expect(schema.safeParse({ name: 'Grace', note: null }).success).toBe(true);
    expect(schema.safeParse({ id: 'other' }).success).toBe(false);
    expect(schema.safeParse({ tags: 'z' }).success).toBe(false);
  });
});

describe('a JSON patch (RFC 6902)', () => {
  const apply = (...operations: object[]) => applyAs(patch, JSON_PATCH, operations)(before);

  it('does its operations one after the other', () => {
    const changed = apply(
      { op: 'test', path: '/name', value: 'Ada' },
      { op: 'replace', path: '/name', value: 'Grace' },
      { op: 'add', path: '/tags/1', value: 'between' },
      { op: 'copy', from: '/name', path: '/note' },
      { op: 'remove', path: '/place/street' },
    );
    expect(changed).toEqual({
      name: 'Grace',
      note: 'Grace',
      place: { city: 'London' },
      tags: ['x', 'between', 'y'],
    });
  });

  it.each([
    ['a test that fails', { op: 'test', path: '/name', value: 'Nobody' }],
    ['a member that is not there', { op: 'replace', path: '/place/country/code', value: 'UK' }],
    ['an index beyond the end', { op: 'remove', path: '/tags/7' }],
  ])('is a conflict that names the operation: %s', (_name, wrong) => {
    const problem = thrownBy(() => apply({ op: 'replace', path: '/name', value: 'Grace' }, wrong));
    expect(problem).toMatchObject({ status: 409, extensions: { operation: 1 } });
    expect(before.name).toBe('Ada');
  });

  it('cannot make what the contract does not have, nor reach beside the document', () => {
    expect(thrownBy(() => apply({ op: 'add', path: '/admin', value: true })).status).toBe(400);
    expect(
      thrownBy(() => apply({ op: 'add', path: '/__proto__/polluted', value: true })).status,
    ).toBeLessThan(500);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is itself held against the contract', () => {
    const { schema } = patch.content[JSON_PATCH] as { schema: z.ZodType };
    expect(schema.safeParse([{ op: 'remove', path: '/note' }]).success).toBe(true);
    for (const wrong of [
      {},
      [{ op: 'drop', path: '/note' }],
      [{ op: 'remove', path: 'note' }],
      [{ op: 'remove', path: '' }],
    ])
      expect(schema.safeParse(wrong).success).toBe(false);
  });
});
