/** What storage promises, wherever it keeps the data: each kind of database passes this suite. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../src/storage/database.ts';
import { IdempotencyKeys } from '../../src/storage/idempotency-keys.ts';
import type { Migration } from '../../src/storage/migrate.ts';
import { transaction } from '../../src/storage/transaction.ts';
import { unitOfWork } from '../../src/storage/unit-of-work.ts';

interface Tables {
  things: { id: string; size: number; tags: string[]; made_at: Date };
}

const THING = { id: 'one', size: 1, tags: ['a', 'b'], made_at: new Date('2026-01-02T03:04:05.678Z') };

const createThings: Migration<Tables> = {
  name: 'create things',
  async up(tx) {
    await tx.schema
      .createTable('things')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('size', 'integer', (column) => column.notNull())
      .addColumn('tags', 'jsonb', (column) => column.notNull())
      .addColumn('made_at', sql`timestamptz(3)`, (column) => column.notNull())
      .execute();
  },
};

const addThing = (thing: typeof THING): Migration<Tables> => ({
  name: `add ${thing.id}`,
  async up(tx) {
    await insert(tx, thing);
  },
});

const insert = (db: Kysely<Tables>, thing = THING) =>
  db
    .insertInto('things')
    .values({ ...thing, tags: JSON.stringify(thing.tags) as never })
    .execute();

const ids = async (db: Kysely<Tables>) =>
  (await db.selectFrom('things').select('id').orderBy('id').execute()).map(({ id }) => id);

/** `prefix` begins the name of every schema that the suite makes, and drops in the end. */
export function storageSuite(kind: string, open: () => Promise<Database>, prefix: string): void {
  describe(kind, () => {
    let database: Database;
    let count = 0;
    const newName = () => `${prefix}_${++count}`;
    const things = () => database.schema<Tables>(newName(), [createThings]);

    beforeAll(async () => {
      database = await open();
    });

    afterAll(async () => {
      const root = await database.schema(prefix, []);
      for (const name of [prefix, ...Array.from({ length: count }, (_, i) => `${prefix}_${i + 1}`)])
        await root.schema.dropSchema(name).ifExists().cascade().execute();
      await database.close();
    });

    it('gives back what it was given: numbers, JSON and times to the millisecond', async () => {
      const db = await things();
      await insert(db);
      expect(await db.selectFrom('things').selectAll().execute()).toEqual([THING]);
    });

    it('keeps the tables of two schemas apart', async () => {
      const [one, other] = [await things(), await things()];
      await insert(one);
      expect(await ids(one)).toEqual(['one']);
      expect(await ids(other)).toEqual([]);
    });

    it('applies each migration once, in order, however often and at once it is asked', async () => {
      const name = newName();
      const second = addThing({ ...THING, id: 'two' });
      await database.schema<Tables>(name, [createThings, addThing(THING)]);
      const [db] = await Promise.all(
        [1, 2, 3].map(() => database.schema<Tables>(name, [createThings, addThing(THING), second])),
      );
      expect(await ids(db as Kysely<Tables>)).toEqual(['one', 'two']);
    });

    it('keeps nothing of a migration that fails, and goes on from there when it is mended', async () => {
      const name = newName();
      const broken: Migration<Tables> = {
        name: 'add one',
        async up(tx) {
          await insert(tx);
          throw new Error('halfway');
        },
      };
      await expect(database.schema<Tables>(name, [createThings, broken])).rejects.toThrow('halfway');
      const db = await database.schema<Tables>(name, [createThings, addThing(THING)]);
      expect(await ids(db)).toEqual(['one']);
    });

    it('refuses a schema that a newer or another version has migrated', async () => {
      const name = newName();
      await database.schema<Tables>(name, [createThings, addThing(THING)]);
      await expect(database.schema<Tables>(name, [createThings])).rejects.toThrow(
        new RegExp(
          `^Schema "${name}" has the migration "add one".* run the version that wrote it.* drop schema "${name}" cascade$`,
        ),
      );
    });

    it('takes back a transaction that throws', async () => {
      const db = await things();
      const work = transaction(db, async (tx) => {
        await insert(tx);
        throw new Error('no');
      });
      await expect(work).rejects.toThrow('no');
      expect(await ids(db)).toEqual([]);
    });

    it('lets a transaction be joined by one that begins inside it', async () => {
      const db = await things();
      const work = transaction(db, async (tx) => {
        await transaction(tx, insert);
        throw new Error('no');
      });
      await expect(work).rejects.toThrow('no');
      expect(await ids(db)).toEqual([]);
    });

    it('goes on after a query that fails, inside a transaction or out of it', async () => {
      const db = await things();
      await insert(db);
      await expect(insert(db)).rejects.toThrow('duplicate key');
      await expect(transaction(db, (tx) => insert(tx))).rejects.toThrow('duplicate key');
      expect(await ids(db)).toEqual(['one']);
    });

    it('refuses a query that forgets its transaction, where it would wait for ever', async () => {
      const db = await things();
      await expect(transaction(db, () => insert(db))).rejects.toThrow('must use the given transaction');
      await insert(db);
      expect(await ids(db)).toEqual(['one']);
    });

    it('keeps all that a unit of work wrote, or, when it fails, nothing', async () => {
      const db = await things();
      const two = { ...THING, id: 'two' };
      const both = async () => {
        await transaction(db, (tx) => insert(tx));
        await transaction(db, (tx) => insert(tx, two));
      };
      const failing = unitOfWork(async () => {
        await both();
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await ids(db)).toEqual([]);
      await unitOfWork(both);
      expect(await ids(db)).toEqual(['one', 'two']);
    });

    it('keeps nothing of a unit of work that went on after a transaction failed', async () => {
      const db = await things();
      const work = unitOfWork(async () => {
        await transaction(db, (tx) => insert(tx));
        await transaction(db, (tx) => insert(tx)).catch(() => undefined);
      });
      await expect(work).rejects.toThrow('A transaction failed and the work went on');
      expect(await ids(db)).toEqual([]);
    });

    it('refuses what a unit of work would write beside its transaction', async () => {
      const db = await things();
      await expect(unitOfWork(() => insert(db))).rejects.toThrow('must go through transaction()');
      const later = unitOfWork(async () => {
        await transaction(db, (tx) => insert(tx));
        await ids(db);
      });
      await expect(later).rejects.toThrow('must go through transaction() too');
      expect(await ids(db)).toEqual([]);
    });

    it('keeps an answer under its key with what it tells of, once, for its caller', async () => {
      const db = await things();
      const keys = new IdempotencyKeys(db as Kysely<unknown>);
      const key = { caller: 'me', key: 'k' };
      const result = { fingerprint: 'f', status: 201, body: { id: 'one', at: null } };
      const work = (failure?: Error) =>
        unitOfWork(async () => {
          await transaction(db, (tx) => insert(tx));
          const isStored = await keys.keep(key, result);
          if (failure) throw failure;
          return isStored;
        });
      await expect(work(new Error('no'))).rejects.toThrow('no');
      expect(await keys.find(key)).toBeUndefined();
      expect(await work()).toBe(true);
      expect(await keys.find(key)).toEqual({ ...result, isOwn: true });
      expect(await ids(db)).toEqual(['one']);
      expect(await keys.keep(key, { ...result, status: 200 })).toBe(false);
      expect(await keys.find({ ...key, caller: 'you' })).toBeUndefined();
      expect(await keys.keep({ ...key, key: 'empty' }, { fingerprint: 'f', status: 204 })).toBe(true);
      expect(await keys.find({ ...key, key: 'empty' })).toEqual({
        fingerprint: 'f',
        status: 204,
        isOwn: true,
      });
    });

    it('keeps one answer under the key of one subject, and says whether it was made for the caller', async () => {
      const keys = new IdempotencyKeys((await things()) as Kysely<unknown>);
      const result = { fingerprint: 'f', status: 201, body: { id: 'one' } };
      const before = { caller: 'token 1', key: 'k', subject: 'ada' };
      const renewed = { ...before, caller: 'token 2' };
      expect(await keys.keep(before, result)).toBe(true);
      expect(await keys.keep(renewed, result)).toBe(false);
      expect(await keys.find(before)).toEqual({ ...result, isOwn: true });
      expect(await keys.find(renewed)).toEqual({ ...result, isOwn: false });
      expect(await keys.find({ ...renewed, subject: 'bob' })).toBeUndefined();
      expect(await keys.keep({ ...renewed, subject: 'bob' }, result)).toBe(true);
      expect(await keys.keep({ caller: 'no token', key: 'k' }, result)).toBe(true);
      expect(await keys.keep({ caller: 'other session', key: 'k' }, result)).toBe(true);
    });

    it('forgets keys after a day', async () => {
      const db = await things();
      const keys = new IdempotencyKeys(db as Kysely<unknown>);
      const key = { caller: 'me', key: 'k' };
      await keys.keep(key, { fingerprint: 'f', status: 204 });
      await db
        .withTables<{ idempotency_keys: { created_at: Date } }>()
        .updateTable('idempotency_keys')
        .set({ created_at: sql<Date>`now() - interval '24 hours'` })
        .execute();
      expect(await keys.find(key)).toBeUndefined();
      expect(await keys.keep(key, { fingerprint: 'g', status: 200 })).toBe(true);
      expect(await keys.find(key)).toEqual({ fingerprint: 'g', status: 200, isOwn: true });
    });

    it('puts transactions that lock the same row one after the other', async () => {
      const db = await things();
      await insert(db);
      const grow = () =>
        transaction(db, async (tx) => {
          const { size } = await tx.selectFrom('things').select('size').forUpdate().executeTakeFirstOrThrow();
          await tx
            .updateTable('things')
            .set({ size: size + 1 })
            .execute();
        });
      await Promise.all(Array.from({ length: 8 }, grow));
      expect(await db.selectFrom('things').select('size').execute()).toEqual([{ size: 9 }]);
    });
  });
}
