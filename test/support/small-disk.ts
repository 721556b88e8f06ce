/**
 * Opens the database in a folder, fills its disk, and prints each result as one line of JSON. The folder has to be on its
 * own disk.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/storage/database.ts';

const [disk = ''] = process.argv.slice(2);
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

const database = await openDatabase({ dataDir: join(disk, 'data') }).catch((error: Error) => {
  process.stdout.write(`${JSON.stringify({ refused: error.message })}\n`);
  process.exit();
});
const db = await database.schema<{ rows: { text: string } }>('any', [
  {
    name: 'rows',
    up: async (tx) => {
      await tx.schema.createTable('rows').addColumn('text', 'text').execute();
    },
  },
]);
const write = () =>
  codeOf(
    db.transaction().execute(async (tx) => {
      for (let row = 0; row < 20; row++)
        await tx
          .insertInto('rows')
          .values({ text: 'a row'.repeat(300) })
          .execute();
    }),
  );
const read = () => codeOf(db.selectFrom('rows').selectAll().execute());
const look = async () => ({
  write: await write(),
  read: await read(),
  probe: await codeOf(database.checkWritable()),
});

const before = await look();
const filling = join(disk, 'filling');
try {
  writeFileSync(filling, Buffer.alloc(200 * 1024 ** 2));
} catch {
  // The disk is full.
}
const full = await look();
rmSync(filling);
process.stdout.write(`${JSON.stringify({ before, full, after: await look() })}\n`);
await database.close();
