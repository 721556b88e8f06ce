import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../../../src/contract/problem.ts';
import { z } from '../../../src/contract/schema.ts';
import {
  createPatchFunction,
  JSON_PATCH,
  MERGE_PATCH,
  patchOf,
} from '../../../src/contract/schemas/patch.ts';

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

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

describe('A merge patch (RFC 7396)', () => {
  const merge = (given: object) => createPatchFunction(patch, MERGE_PATCH, given)(before);

  it('sets its members, removes members that are null, and keeps the rest', () => {
    const given = { name: 'Grace', note: null, place: { street: null } };
    expect(merge(given)).toEqual({ name: 'Grace', place: { city: 'London' }, tags: ['x', 'y'] });
  });

  it('replaces whole arrays', () => {
    expect(merge({ tags: ['z'] }).tags).toEqual(['z']);
  });

  it('does not change the original document', () => {
    merge({ place: { street: 'Low' } });
    expect(before.place.street).toBe('High');
  });

  it('cannot remove required members', () => {
    const problem = thrownBy(() => merge({ name: null }));
    expect(problem.type.code).toBe('validation-failed');
    expect(problem.extensions.errors).toMatchObject([{ in: 'body', pointer: '#/name' }]);
  });

  it('is rejected for unknown members and for values of another type', () => {
    const { schema } = patch.content[MERGE_PATCH] as { schema: z.ZodType };
    expect(schema.safeParse({ name: 'Grace', note: null }).success).toBe(true);
    expect(schema.safeParse({ id: 'other' }).success).toBe(false);
    expect(schema.safeParse({ tags: 'z' }).success).toBe(false);
  });
});

describe('A JSON Patch (RFC 6902)', () => {
  const apply = (...operations: object[]) => createPatchFunction(patch, JSON_PATCH, operations)(before);

  it('applies its operations in order', () => {
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

  it('ignores members that the operation does not define (RFC 6902 §4)', () => {
    expect(apply({ op: 'add', path: '/note', value: 'b', from: '/nowhere' }).note).toBe('b');
    expect(apply({ op: 'remove', path: '/note', from: '/nowhere', value: 1 }).note).toBeUndefined();
  });

  it.each([
    ['a test that fails', { op: 'test', path: '/name', value: 'Nobody' }],
    ['a member that is not there', { op: 'replace', path: '/place/country/code', value: 'UK' }],
    ['an index beyond the end', { op: 'remove', path: '/tags/7' }],
  ])('causes a conflict that names the operation: %s', (_name, wrong) => {
    const problem = thrownBy(() => apply({ op: 'replace', path: '/name', value: 'Grace' }, wrong));
    expect(problem).toMatchObject({ status: 409, extensions: { operation: 1 } });
    expect(before.name).toBe('Ada');
  });

  it('cannot create members outside the contract or the document', () => {
    expect(thrownBy(() => apply({ op: 'add', path: '/admin', value: true })).status).toBe(400);
    expect(
      thrownBy(() => apply({ op: 'add', path: '/__proto__/polluted', value: true })).status,
    ).toBeLessThan(500);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['add', { op: 'add', path: '/x', value: { a: 1 } }],
    ['copy', { op: 'copy', from: '/name', path: '/x' }],
    ['a copy of an unknown member', { op: 'copy', from: '/x', path: '/note' }],
    ['move', { op: 'move', from: '/name', path: '/x/y' }],
    ['remove', { op: 'remove', path: '/constructor' }],
  ])('is rejected early if it names members outside the document: %s', (_name, operation) => {
    const problem = thrownBy(() => createPatchFunction(patch, JSON_PATCH, [operation]));
    expect([problem.status, problem.type.code]).toEqual([400, 'validation-failed']);
  });

  it.each([
    { op: 'add', path: '/name/x', value: 1 },
    { op: 'add', path: '/place/__proto__', value: { city: 'Rome' } },
    { op: 'add', path: '/tags/constructor/x', value: 1 },
    { op: 'remove', path: '/name/0' },
    { op: 'replace', path: '/tags/length', value: 0 },
    { op: 'copy', from: '/tags/map', path: '/note' },
    { op: 'copy', from: '/name/length', path: '/note' },
    { op: 'move', from: '/place', path: '/place/city' },
    { op: 'test', path: '/tags/length', value: 2 },
  ])('sees only own members of the document: %j', (operation) => {
    expect(thrownBy(() => apply(operation)).status).toBe(409);
    expect(before.tags).toEqual(['x', 'y']);
  });

  describe('with copies', () => {
    const free = patchOf(z.strictObject({ any: z.unknown() }), { merge: {}, operations: [] });
    const doubling = (count: number): object[] => [
      { op: 'add', path: '/any', value: { a: 'x'.repeat(20) } },
      ...Array.from({ length: count }, (_, at) => ({ op: 'copy', from: '/any', path: `/any/k${at}` })),
    ];

    it('fails early with 413 if each copy doubles the document', () => {
      const started = process.cpuUsage();
      const problem = thrownBy(() => createPatchFunction(free, JSON_PATCH, doubling(99))({ any: null }));
      expect([problem.status, problem.type.code]).toEqual([413, 'content-too-large']);
      const { user } = process.cpuUsage(started);
      expect(user).toBeLessThan(2_000_000);
    });

    it('is applied within the limit', () => {
      const changed = createPatchFunction(free, JSON_PATCH, doubling(5))({ any: null });
      expect(Object.keys(changed.any as object)).toHaveLength(6);
      const limits = { bytes: 100, depth: 100 };
      expect(
        thrownBy(() => createPatchFunction(free, JSON_PATCH, doubling(5), limits)({ any: null })).status,
      ).toBe(413);
    });

    it('fails with 413 even if each copy is removed again', () => {
      const large = Array(10_000).fill(0);
      const again = Array(49).fill([
        { op: 'copy', from: '/any/from', path: '/any/to' },
        { op: 'remove', path: '/any/to' },
      ]);
      const limits = { bytes: 100_000, depth: 100 };
      const problem = thrownBy(() =>
        createPatchFunction(free, JSON_PATCH, again.flat(), limits)({ any: { from: large } }),
      );
      expect(problem.status).toBe(413);
    });

    it.each([
      ['adds', (at: number) => ({ op: 'add', path: `/any${'/a'.repeat(at * 9)}`, value: deep(10) })],
      ['copies', (at: number) => ({ op: 'copy', from: '/any', path: `/any${'/a'.repeat(at * 9)}` })],
    ])('never nests deeper than the limit: %s', (_name, operation) => {
      const operations = [
        { op: 'add', path: '/any', value: deep(10) },
        ...[...Array(98).keys()].map((at) => operation(at + 1)),
      ];
      expect(thrownBy(() => createPatchFunction(free, JSON_PATCH, operations)({ any: null })).status).toBe(
        413,
      );
    });
  });

  it('results in a valid document or in a problem for random operations', () => {
    const path = fc.constantFrom(
      '/name',
      '/note',
      '/place',
      '/place/city',
      '/tags',
      '/tags/0',
      '/tags/-',
      '/tags/9',
    );
    const value = fc.jsonValue({ maxDepth: 3 });
    const operation = fc.oneof(
      fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path, value }),
      fc.record({ op: fc.constant('remove'), path }),
      fc.record({ op: fc.constantFrom('move', 'copy'), from: path, path }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 100 }), (operations) => {
        try {
          expect(document.safeParse(apply(...operations)).success).toBe(true);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          expect([400, 409, 413]).toContain(error.status);
        }
      }),
    );
  });

  it('is itself validated', () => {
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
