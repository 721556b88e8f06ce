import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/config-error.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { storageSuite } from '../suites/storage.ts';
import { newDatabase } from '../support/database.ts';

const url = process.env.DATABASE_URL;
const prefix = `test_${randomBytes(6).toString('hex')}`;

storageSuite('The embedded database in memory', newDatabase, prefix);

if (url) storageSuite('The server of DATABASE_URL', () => openDatabase({ url }), prefix);
else if (process.env.REQUIRE_ALL === '1')
  it('requires DATABASE_URL', () => {
    throw new Error('REQUIRE_ALL=1, and DATABASE_URL is not set');
  });
else describe.skip('The server of DATABASE_URL (not set)', () => it('passes the same suite', () => {}));

describe('openDatabase', () => {
  it.each([
    ['nowhere', 'DATABASE_URL is not a URL like postgres://'],
    ['mysql://localhost/x', 'DATABASE_URL is not a URL like postgres://'],
    [
      'postgres://me:s3cret@127.0.0.1:1/food',
      /^DATABASE_URL: no connection to 127.0.0.1:1\/food .*ECONNREFUSED/,
    ],
  ])('reports %s in one line', async (wrong, line) => {
    const error = await openDatabase({ url: wrong }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(line);
    expect((error as Error).message).not.toMatch(/s3cret|\n/);
  });

  it('rejects a schema name that PostgreSQL would have to quote', async () => {
    const database = await newDatabase();
    await expect(database.schema('Orders; drop', [])).rejects.toThrow('is not a valid schema name');
    await database.close();
  });

  it('can be closed twice', async () => {
    const database = await newDatabase();
    await database.close();
    await database.close();
  });
});
