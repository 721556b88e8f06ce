/** The behaviour that every kind of database has to have. Each kind passes this suite. */
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

/** @param prefix the beginning of the name of every schema that the suite creates, and drops at its end */
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

    it('returns numbers, JSON and times to the millisecond as they were stored', async () => {
      const db = await things();
      await insert(db);
      expect(await db.selectFrom('things').selectAll().execute()).toEqual([THING]);
    });

    it('separates the tables of two schemas', async () => {
      const [one, other] = [await things(), await things()];
      await insert(one);
      expect(await ids(one)).toEqual(['one']);
      expect(await ids(other)).toEqual([]);
    });

    it('applies each migration once and in order when several starts run at the same time', async () => {
      const name = newName();
      const second = addThing({ ...THING, id: 'two' });
      await database.schema<Tables>(name, [createThings, addThing(THING)]);
      const [db] = await Promise.all(
        [1, 2, 3].map(() => database.schema<Tables>(name, [createThings, addThing(THING), second])),
      );
      expect(await ids(db as Kysely<Tables>)).toEqual(['one', 'two']);
    });

    it('rolls a failed migration back, and continues when it is corrected', async () => {
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

    it('rejects a schema that a newer or another version has migrated', async () => {
      const name = newName();
      await database.schema<Tables>(name, [createThings, addThing(THING)]);
      await expect(database.schema<Tables>(name, [createThings])).rejects.toThrow(
        new RegExp(
          `^Schema "${name}" has the migration "add one".* run the version that wrote it.* drop schema "${name}" cascade$`,
        ),
      );
    });

    it('rolls a transaction that throws back', async () => {
      const db = await things();
      const work = transaction(db, async (tx) => {
        await insert(tx);
        throw new Error('no');
      });
      await expect(work).rejects.toThrow('no');
      expect(await ids(db)).toEqual([]);
    });

    it('runs a nested transaction as a part of the outer one', async () => {
      const db = await things();
      const work = transaction(db, async (tx) => {
        await transaction(tx, insert);
        throw new Error('no');
      });
      await expect(work).rejects.toThrow('no');
      expect(await ids(db)).toEqual([]);
    });

    it('continues after a failed query, in a transaction or without one', async () => {
      const db = await things();
      await insert(db);
      await expect(insert(db)).rejects.toThrow('duplicate key');
      await expect(transaction(db, (tx) => insert(tx))).rejects.toThrow('duplicate key');
      expect(await ids(db)).toEqual(['one']);
    });

    it('rejects a query that bypasses its transaction and would wait forever', async () => {
      const db = await things();
      await expect(transaction(db, () => insert(db))).rejects.toThrow('must use the given transaction');
      await insert(db);
      expect(await ids(db)).toEqual(['one']);
    });

    it('stores all writes of a unit of work, or none when it fails', async () => {
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

    it('stores nothing of a unit of work that continued after a failed transaction', async () => {
      const db = await things();
      const work = unitOfWork(async () => {
        await transaction(db, (tx) => insert(tx));
        await transaction(db, (tx) => insert(tx)).catch(() => undefined);
      });
      await expect(work).rejects.toThrow('A transaction failed and the work went on');
      expect(await ids(db)).toEqual([]);
    });

    it('rejects queries of a unit of work that bypass its transaction', async () => {
      const db = await things();
      await expect(unitOfWork(() => insert(db))).rejects.toThrow('must go through transaction()');
      const later = unitOfWork(async () => {
        await transaction(db, (tx) => insert(tx));
        await ids(db);
      });
      await expect(later).rejects.toThrow('must go through transaction() too');
      expect(await ids(db)).toEqual([]);
    });

    it('stores the result of an idempotency key once for its client, together with the changes', async () => {
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

    it('stores one result for the idempotency key of a subject, and reports whether it was made for the same client', async () => {
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

    it('deletes idempotency keys after a day', async () => {
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

    it('runs transactions that lock the same row one after the other', async () => {
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
