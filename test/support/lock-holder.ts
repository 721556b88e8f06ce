/** Locks the data folder of its argument, prints a line, and holds the lock until its input ends. */
import { lockFolder } from '../../src/storage/folder-lock.ts';

const [folder = ''] = process.argv.slice(2);
try {
  const unlock = await lockFolder(folder);
  process.stdout.write('taken\n');
  process.stdin.on('end', unlock).resume();
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
}
