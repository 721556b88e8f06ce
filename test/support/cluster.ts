/** A data folder that begins with the cluster of an embedded database: making one takes seconds, and copying it does not. */
import { constants, cpSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { openDatabase } from '../../src/storage/database.ts';
import { madeOnce } from './made-once.ts';

const writeCluster = async (path: string): Promise<void> => {
  const database = await openDatabase({ dataDir: path });
  await database.close();
};

/** @param folder is made where there is none */
export async function withCluster(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // A third of the time that the promise of it takes.
  cpSync(await madeOnce('data', writeCluster), folder, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
  });
}
