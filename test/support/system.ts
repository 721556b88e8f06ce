/** The whole system as `npm start` has it, on a free port and a data folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../../src/main.ts';

export interface System {
  readonly url: string;
  close(): Promise<void>;
}

export async function startSystem(): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  const system = await start({ PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'silent' });
  return {
    url: system.url,
    close: async () => {
      await system.close();
      await rm(folder, { recursive: true });
    },
  };
}
