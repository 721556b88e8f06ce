/** A service's app on a database in memory. Services that it calls are given as targets, or cannot be reached. */
import type { Express } from 'express';
import { Problem } from '../../src/contract/problem.ts';
import { serviceUnreachable } from '../../src/contract/problems.ts';
import { createLog } from '../../src/http/log.ts';
import type { JsonTarget } from '../../src/outbound/json.ts';
import type { Service } from '../../src/service/service.ts';
import { serviceApp } from '../../src/service/start.ts';
import { testDatabase } from './database.ts';

const unreachable = (name: string): JsonTarget => ({
  name,
  send: () => Promise.reject(new Problem(serviceUnreachable, `The service "${name}" is not there.`)),
});

export interface TestService {
  readonly app: Express;
  close(): Promise<void>;
}

export async function testService(
  service: Service,
  targets: readonly JsonTarget[] = [],
): Promise<TestService> {
  const database = await testDatabase();
  const known = [...Object.keys(service.linked).map(unreachable), ...targets];
  const app = await serviceApp(service, {
    database,
    targets: new Map(known.map((target) => [target.name, target])),
    log: createLog({ level: 'silent' }),
  });
  return { app, close: () => database.close() };
}
