/** The requests under `openapi/http/` are sent unchanged, one after the other. Each has the documented result. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type FileRequest, parseHttpFile } from '../support/http-file.ts';
import { type System, startSystem } from '../support/system.ts';

const FOLDER = 'openapi/http';
const names = existsSync(FOLDER) ? readdirSync(FOLDER) : [];

describe('The `.http` requests for editors', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);
  afterAll(() => system.close());

  const requestsOf = (name: string): FileRequest[] =>
    parseHttpFile(readFileSync(`${FOLDER}/${name}`, 'utf8'), { host: system.url });

  it('exist for every operation of every service', () => {
    for (const name of names) {
      const { paths } = parse(readFileSync(`openapi/${name.replace('.http', '.yaml')}`, 'utf8')) as {
        paths: Record<string, Record<string, { operationId: string }>>;
      };
      const ids = Object.values(paths).flatMap((item) =>
        Object.values(item).map(({ operationId }) => operationId),
      );
      const named = requestsOf(name).flatMap((one) => one.name ?? []);
      expect(named.toSorted()).toEqual(ids.toSorted());
    }
  });

  it('succeed', async () => {
    const order = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
    // All files share one system, so a file may show what another deletes.
    const all = names
      .flatMap(requestsOf)
      .toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method));
    for (const { title, method, url, headers, body } of all) {
      const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
      expect([title, response.status, response.ok ? '' : await response.text()]).toEqual([
        title,
        response.status,
        '',
      ]);
    }
  }, 60_000);
});
