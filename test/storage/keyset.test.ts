import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Kysely, sql } from 'kysely';
import { Problem } from '../../src/contract/problem.ts';
import type { Database } from '../../src/storage/database.ts';
import { keysetPage, type PageRequest, type SortColumns } from '../../src/storage/keyset.ts';
import { testDatabase } from '../support/database.ts';

interface Tables {
  things: { id: string; name: string; note: string | null; created_at: Date };
}

const MOST_PAGES = 100;
const START = Date.parse('2026-01-01T00:00:00Z');
const COLUMNS: SortColumns = {
  createdAt: { column: 'created_at', holds: 'time' },
  name: { column: 'name', holds: 'text' },
};

/** There are few times and names, so that many rows have equal ones. */
const row = fc.record({ time: fc.nat({ max: 3 }), name: fc.constantFrom('', 'a', 'b', 'ß"\\') });
const rows = fc.array(row, { maxLength: 12 });
const limits = fc.integer({ min: 1, max: 5 });
const sorts = fc.constantFrom('createdAt', '-createdAt', 'name', '-name');

/** A part of the rows, or all of them. */
type Filter = 'odd' | undefined;
const isOdd = (id: string) => id.endsWith('-odd');
const idOf = (index: number) => `t-${index}${index % 2 === 1 ? '-odd' : ''}`;

describe('A page of keyset pagination', () => {
  let database: Database;
  let db: Kysely<Tables>;

  const add = (id: string, { time, name }: { time: number; name: string }) =>
    db
      .insertInto('things')
      .values({ id, name, created_at: new Date(START + time) })
      .execute();
  const page = (request: PageRequest, filter?: Filter) => {
    const all = db.selectFrom('things').selectAll();
    const chosen = filter === 'odd' ? all.where('id', 'like', '%-odd') : all;
    return keysetPage(chosen, request, ({ id }) => id, COLUMNS);
  };

  type Pages = Awaited<ReturnType<typeof page>>[];

  /** Follows the links of a page in one direction to the end; `meanwhile` is called before each step. */
  async function walk(
    request: PageRequest,
    side: 'next' | 'prev',
    { meanwhile = async () => {}, filter }: { meanwhile?: () => Promise<void>; filter?: Filter } = {},
  ): Promise<Pages> {
    const pages = [await page(request, filter)];
    for (let cursor = pages[0]?.[side]; cursor !== undefined; cursor = pages.at(-1)?.[side]) {
      if (pages.length > MOST_PAGES) throw new Error('the pages never end');
      await meanwhile();
      pages.push(await page({ ...request, cursor }, filter));
    }
    return pages;
  }
  const itemsOf = (pages: Pages) => pages.map(({ items }) => items);

  beforeAll(async () => {
    database = await testDatabase();
    db = await database.schema<Tables>('paging', [
      {
        name: 'things',
        up: (tx) =>
          tx.schema
            .createTable('things')
            .addColumn('id', 'text')
            .addColumn('name', 'text')
            .addColumn('note', 'text')
            .addColumn('created_at', sql`timestamptz(3)`)
            .execute(),
      },
    ]);
  });

  beforeEach(async () => {
    await db.deleteFrom('things').execute();
  });

  afterAll(() => database.close());

  it('returns each row once and in order for each sort order and page size', async () => {
    await fc.assert(
      fc.asyncProperty(rows, limits, sorts, async (made, limit, sort) => {
        await db.deleteFrom('things').execute();
        for (const [index, one] of made.entries()) await add(`t-${index}`, one);
        const pages = itemsOf(await walk({ limit, sort }, 'next'));
        const by = sort.replace('-', '') === 'name' ? 'name' : 'created_at';
        const direction = sort.startsWith('-') ? 'desc' : 'asc';
        const inOrder = await db
          .selectFrom('things')
          .select('id')
          .orderBy(by, direction)
          .orderBy('id', direction)
          .execute();
        expect(pages.flat()).toEqual(inOrder.map(({ id }) => id));
        expect(pages.length).toBe(Math.max(1, Math.ceil(made.length / limit)));
      }),
      { numRuns: 40 },
    );
  });

  it('returns the same pages backwards', async () => {
    await fc.assert(
      fc.asyncProperty(rows, limits, sorts, async (made, limit, sort) => {
        await db.deleteFrom('things').execute();
        for (const [index, one] of made.entries()) await add(`t-${index}`, one);
        const there = await walk({ limit, sort }, 'next');
        const back = await walk({ limit, sort, cursor: there.at(-2)?.next }, 'prev');
        expect(itemsOf(back)).toEqual(itemsOf(there).toReversed());
        expect(there[0]?.prev).toBeUndefined();
        const again = await walk({ limit, sort, cursor: there[1]?.prev }, 'next');
        expect(itemsOf(again)).toEqual(itemsOf(there));
      }),
      { numRuns: 40 },
    );
  });

  it('returns each unchanged row exactly once while other rows change', async () => {
    const happening = fc.record({
      what: fc.constantFrom('insert', 'remove', 'touch', 'move'),
      to: row,
      which: fc.nat({ max: 11 }),
    });
    const happenings = fc.array(fc.array(happening, { maxLength: 3 }), { maxLength: 12 });
    const filters = fc.constantFrom<Filter>(undefined, 'odd');
    await fc.assert(
      fc.asyncProperty(rows, happenings, limits, sorts, filters, async (made, all, limit, sort, filter) => {
        await db.deleteFrom('things').execute();
        for (const [index, one] of made.entries()) await add(idOf(index), one);
        const staying = new Set(made.map((_, index) => idOf(index)).filter((id) => !filter || isOdd(id)));
        const inOrder = (await page({ limit: 100, sort }, filter)).items.filter((id) => staying.has(id));
        const rest = all.values();
        const meanwhile = async (): Promise<void> => {
          for (const { what, to, which } of rest.next().value ?? []) {
            const id = idOf(which);
            if (what === 'insert') await add(`m-${crypto.randomUUID()}`, to);
            if (what === 'remove') await db.deleteFrom('things').where('id', '=', id).execute();
            if (what === 'touch')
              await db.updateTable('things').set({ note: 'seen' }).where('id', '=', id).execute();
            if (what === 'move')
              await db
                .updateTable('things')
                .set({ name: to.name, created_at: new Date(START + to.time) })
                .where('id', '=', id)
                .execute();
            if (what === 'remove' || what === 'move') staying.delete(id);
          }
        };
        const there = await walk({ limit, sort }, 'next', { meanwhile, filter });
        const expected = inOrder.filter((id) => staying.has(id));
        const shown = (pages: Pages) =>
          itemsOf(pages)
            .flat()
            .filter((id) => staying.has(id));
        expect(shown(there)).toEqual(expected);
        // The same backwards, from the last page.
        const last = there.at(-2)?.next;
        const back = await walk({ limit, sort, cursor: last }, 'prev', { meanwhile, filter });
        const left = inOrder.filter((id) => staying.has(id));
        expect(shown(back.toReversed())).toEqual(left);
      }),
      { numRuns: 80 },
    );
  });

  it('neither repeats nor omits rows while others are added and deleted', async () => {
    const at = (time: number) => ({ time, name: '' });
    for (const n of [1, 2, 3, 4]) await add(`t-${n}`, at(n));
    const first = await page({ limit: 2 });
    await add('t-0', at(0));
    await db.deleteFrom('things').where('id', '=', 't-2').execute();
    expect(first.items).toEqual(['t-1', 't-2']);
    const second = await page({ limit: 2, cursor: first.next });
    expect(second.items).toEqual(['t-3', 't-4']);
    expect((await page({ limit: 2, cursor: second.prev })).items).toEqual(['t-0', 't-1']);
    await db.deleteFrom('things').execute();
    expect(await page({ limit: 2, cursor: second.prev })).toEqual({ items: [] });
  });

  it('links back from a page whose rows were all deleted', async () => {
    const at = (time: number) => ({ time, name: '' });
    for (const n of [1, 2, 3, 4]) await add(`t-${n}`, at(n));
    const first = await page({ limit: 2 });
    const second = await page({ limit: 2, cursor: first.next });
    await db.deleteFrom('things').where('id', 'in', ['t-3', 't-4']).execute();
    const { items, prev } = await page({ limit: 2, cursor: first.next });
    expect([items, prev]).toEqual([[], expect.any(String)]);
    expect((await page({ limit: 2, cursor: prev })).items).toEqual(['t-1', 't-2']);
    for (const n of [3, 4]) await add(`t-${n}`, at(n));
    await db.deleteFrom('things').where('id', 'in', ['t-1', 't-2']).execute();
    const { items: none, next } = await page({ limit: 2, cursor: second.prev });
    expect([none, next]).toEqual([[], expect.any(String)]);
    expect((await page({ limit: 2, cursor: next })).items).toEqual(['t-3', 't-4']);
  });

  const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

  it.each([
    '',
    'nonsense',
    '%00',
    cursor(),
    cursor('createdAt', 1, 't-1'),
    cursor('createdAt', 1, 'a\0b', 0),
    cursor('createdAt', '2026-01-01', 't-1', 0),
    cursor('createdAt', 1e15, 't-1', 0),
    cursor('createdAt', -1, 't-1', 0),
    cursor('-createdAt', 1, 't-1', 0),
    cursor('name', 'a', 't-1', 0),
  ])('rejects the cursor %j with a pointer to it', async (made) => {
    const error = await page({ limit: 2, cursor: made }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).toJSON()).toMatchObject({
      status: 400,
      errors: [{ in: 'query', pointer: '#/cursor' }],
    });
  });
});
