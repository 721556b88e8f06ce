import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Kysely, sql } from 'kysely';
import { Problem } from '../../src/contract/problem.ts';
import type { Database } from '../../src/storage/database.ts';
import { keysetPage, type PageRequest } from '../../src/storage/keyset.ts';
import { testDatabase } from '../support/database.ts';

interface Tables {
  things: { id: string; created_at: Date };
}

const START = Date.parse('2026-01-01T00:00:00Z');

describe('keysetPage', () => {
  let database: Database;
  let db: Kysely<Tables>;

  const add = (id: string, milliseconds: number) =>
    db
      .insertInto('things')
      .values({ id, created_at: new Date(START + milliseconds) })
      .execute();
  const page = (request: PageRequest) =>
    keysetPage(db.selectFrom('things').selectAll(), request, ({ id }) => id);

  async function walk(limit: number): Promise<(readonly string[])[]> {
    const pages = [];
    for (let cursor: string | undefined; ; ) {
      const { items, next } = await page({ limit, cursor });
      pages.push(items);
      if (next === undefined) return pages;
      cursor = next;
    }
  }

  beforeAll(async () => {
    database = await testDatabase();
    db = await database.schema<Tables>('paging', [
      {
        name: 'things',
        up: (tx) =>
          tx.schema
            .createTable('things')
            .addColumn('id', 'text')
            .addColumn('created_at', sql`timestamptz(3)`)
            .execute(),
      },
    ]);
  });

  beforeEach(async () => {
    await db.deleteFrom('things').execute();
  });

  afterAll(() => database.close());

  it('shows each row once, in order, whatever the times and the size of a page', async () => {
    const times = fc.array(fc.nat({ max: 3 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 5 }), async (milliseconds, limit) => {
        await db.deleteFrom('things').execute();
        const rows = milliseconds.map((time, index) => ({ id: `t-${index}`, time }));
        for (const { id, time } of rows) await add(id, time);
        const pages = await walk(limit);
        const inOrder = rows.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
        expect(pages.flat()).toEqual(inOrder);
        expect(pages.length).toBe(Math.max(1, Math.ceil(rows.length / limit)));
      }),
      { numRuns: 30 },
    );
  });

  it('neither repeats nor leaves out a row because others come and go meanwhile', async () => {
    for (const n of [1, 2, 3, 4]) await add(`t-${n}`, n);
    const first = await page({ limit: 2 });
    await add('t-0', 0);
    await db.deleteFrom('things').where('id', '=', 't-2').execute();
    expect(first.items).toEqual(['t-1', 't-2']);
    expect((await page({ limit: 2, cursor: first.next })).items).toEqual(['t-3', 't-4']);
  });

  it.each([
    '',
    'nonsense',
    '%00',
    Buffer.from('12').toString('base64url'),
    Buffer.from('1 a\0b').toString('base64url'),
    Buffer.from('9999999999999999 a').toString('base64url'),
  ])('refuses the cursor %j with a pointer to it', async (cursor) => {
    const error = await page({ limit: 2, cursor }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).toJSON()).toMatchObject({
      status: 400,
      errors: [{ in: 'query', pointer: '#/cursor' }],
    });
  });
});
