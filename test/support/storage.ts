/**
 * The storage of a system that a test starts: a folder or, with JOURNEYS_ON=postgres, its own database on the server of
 * DATABASE_URL.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { withCluster } from './cluster.ts';

export interface TestStorage {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export async function testStorage(): Promise<TestStorage> {
  const folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  const withoutFolder = () => rm(folder, { recursive: true });
  if (process.env.JOURNEYS_ON !== 'postgres') {
    await withCluster(folder);
    return { folder, env: { DATA_DIR: folder }, remove: withoutFolder };
  }
  const server = process.env.DATABASE_URL;
  if (server === undefined) throw new Error('JOURNEYS_ON=postgres, and DATABASE_URL is not set');
  const name = `journey_${randomBytes(6).toString('hex')}`;
  await run(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    folder,
    env: { DATA_DIR: folder, DATABASE_URL: url.href },
    remove: async () => {
      await run(server, `drop database ${name} with (force)`);
      await withoutFolder();
    },
  };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
