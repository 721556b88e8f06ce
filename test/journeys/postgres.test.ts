/** Services on a PostgreSQL server: concurrent starts, a killed service, and an unavailable server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Child, freePort, startChild } from '../support/child.ts';
import { eventually } from '../support/eventually.ts';
import { describeWithPostgres, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { describeSamples } from '../support/samples.ts';

interface Running {
  readonly url: string;
  readonly child: Child;
}

describeSamples('With the samples:', () => {
  describeWithPostgres('Services on a PostgreSQL server', () => {
    let postgres: TestPostgres;
    let folder: string;
    let children: Child[];
    beforeAll(async () => {
      postgres = await startPostgres();
    }, 60_000);
    afterAll(() => postgres.remove());
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'linkway-'));
      children = [];
    });
    afterEach(async () => {
      for (const { process: child, ended } of children) {
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(folder, { recursive: true });
      await sql('drop schema if exists consumers cascade');
    });

    const sql = async (text: string): Promise<Record<string, unknown>[]> => {
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      try {
        return (await client.query(text)).rows;
      } finally {
        await client.end();
      }
    };
    const begin = async (port?: number): Promise<Running> => {
      const own = port ?? (await freePort());
      const child = startChild('src/service/main.ts', ['consumers'], {
        DATABASE_URL: postgres.url,
        DATA_DIR: folder,
        PORT: String(own),
        LOG_LEVEL: 'silent',
      });
      children.push(child);
      return { child, url: `http://127.0.0.1:${own}` };
    };
    const ready = ({ child }: Running) => child.says(/http:/);

    const register = (url: string, key: string) =>
      fetch(`${url}/consumers`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
        body: JSON.stringify({ name: `Consumer ${key}`, email: `${key}@example.com` }),
      });
    /** Registers consumers one after the other until it has to stop. @returns all keys, and the acknowledged ones */
    const keepRegistering = async (url: string, who: string, isOver: () => boolean) => {
      const [sent, acknowledged]: [string[], string[]] = [[], []];
      for (let count = 0; !isOver(); count++) {
        const key = `${who}-${count}`;
        sent.push(key);
        const status = await register(url, key).then(
          (response) => response.status,
          () => 0,
        );
        if (status === 201) acknowledged.push(key);
      }
      return { sent, acknowledged };
    };
    const storedKeys = async () =>
      (await sql(`select name from consumers.consumers where name like 'Consumer %' order by name`)).map(
        ({ name }) => String(name).slice('Consumer '.length),
      );

    it('that start at the same time wait for each other, and apply each migration once', async () => {
      const holder = new pg.Client({ connectionString: postgres.url });
      await holder.connect();
      await holder.query("select pg_advisory_lock(hashtextextended('linkway consumers', 0))");
      const instances = await Promise.all([begin(), begin(), begin()]);
      const waiting = async () =>
        Number(
          (await sql("select count(*) from pg_locks where locktype = 'advisory' and not granted"))[0]?.count,
        );
      await eventually(
        `${instances.length} instances wait for the lock`,
        async () => (await waiting()) >= instances.length,
        { tell: () => instances.map(({ child }) => child.output.stderr).join('') },
      );
      expect(await sql("select 1 from information_schema.schemata where schema_name = 'consumers'")).toEqual(
        [],
      );
      await holder.end();

      await Promise.all(instances.map(ready));
      const migrations = await sql('select number, name from consumers.migrations order by number');
      expect(migrations.map(({ number, name }) => [number, name])).toEqual([
        [1, 'consumers'],
        [2, 'sample consumers'],
        [3, 'consumers by name'],
      ]);
      for (const { url } of instances) expect((await fetch(`${url}/consumers/c-ada`)).status).toBe(200);
    }, 60_000);

    it('reject a schema that a newer version has migrated, and report the remedy', async () => {
      const first = await begin();
      await ready(first);
      await sql("insert into consumers.migrations values (4, 'of tomorrow', now())");
      const { child } = await begin();
      expect(await child.ended).toBe(1);
      expect(child.output.stderr).toMatch(
        /^linkway: .*has the migration "of tomorrow".*a newer one\. [^\n]*\n$/,
      );
    }, 60_000);

    it('lose no acknowledged write when they are killed, and repeat no write', async () => {
      const first = await begin();
      await ready(first);
      let isOver = false;
      const writers = ['a', 'b', 'c', 'd'].map((who) => keepRegistering(first.url, who, () => isOver));
      await eventually('60 rows are there', async () => (await storedKeys()).length >= 60, {
        tell: () => first.child.output.stderr,
      });
      first.child.process.kill('SIGKILL');
      await first.child.ended;
      isOver = true;
      const written = await Promise.all(writers);
      const acknowledged = written.flatMap((one) => one.acknowledged);
      expect(await storedKeys()).toEqual(expect.arrayContaining(acknowledged));

      const second = await begin();
      await ready(second);
      const keys = written.flatMap(({ sent }) => sent);
      for (const key of keys) expect((await register(second.url, key)).status).toBe(201);
      expect((await storedKeys()).toSorted()).toEqual(keys.toSorted());
    }, 60_000);

    it('respond with 503 while the server is down, lose nothing, and recover with the server', async () => {
      const service = await begin();
      await ready(service);
      let isOver = false;
      const writers = ['a', 'b', 'c', 'd'].map((who) => keepRegistering(service.url, who, () => isOver));
      await eventually('60 rows are there', async () => (await storedKeys()).length >= 60, {
        tell: () => service.child.output.stderr,
      });
      postgres.crash();
      isOver = true;
      const written = await Promise.all(writers);

      const refused = await fetch(`${service.url}/consumers`);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
      const problem = await refused.text();
      expect(JSON.parse(problem)).toMatchObject({ type: '/problems/storage-unavailable' });
      expect(problem).not.toMatch(/127\.0\.0\.1|ECONN|postgres:/);
      expect((await register(service.url, 'while-gone')).status).toBe(503);
      expect(((await (await fetch(`${service.url}/health`)).json()) as { status: string }).status).toBe(
        'fail',
      );
      expect((await fetch(`${service.url}/health/live`)).status).toBe(200);

      postgres.start();
      const keys = [...written.flatMap(({ sent }) => sent), 'while-gone'];
      for (const key of keys) expect((await register(service.url, key)).status).toBe(201);
      const all = await storedKeys();
      expect(all).toEqual(expect.arrayContaining(written.flatMap((one) => one.acknowledged)));
      expect(all.toSorted()).toEqual(keys.toSorted());
    }, 60_000);
  });
});
