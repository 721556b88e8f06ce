/** A process that writes rows to the data folder of its argument, and prints `saved N` when row N is acknowledged. */
import { openDatabase } from '../../src/storage/database.ts';

const database = await openDatabase({ dataDir: process.argv[2] });
const db = await database.schema<{ rows: { n: number } }>('writer', [
  { name: 'rows', up: (tx) => tx.schema.createTable('rows').addColumn('n', 'integer').execute() },
]);
for (let n = 1; ; n++) {
  await db.insertInto('rows').values({ n }).execute();
  process.stdout.write(`saved ${n}\n`);
}
