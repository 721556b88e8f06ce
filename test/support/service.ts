/**
 * The app of a service with a database in memory. Every response is checked against the contract. The services that
 * it calls are given as targets, or are unreachable.
 */
import express, { type Express } from 'express';
import type { Limits } from '../../src/config/limits.ts';
import { contractDocument } from '../../src/contract/document/document.ts';
import { Problem } from '../../src/contract/problem.ts';
import { serviceUnreachable } from '../../src/contract/problems.ts';
import { formats } from '../../src/hypermedia/formats/index.ts';
import { createLog } from '../../src/observability/log.ts';
import type { JsonTarget } from '../../src/outbound/json.ts';
import type { Service } from '../../src/service/service.ts';
import { serviceApp } from '../../src/service/start.ts';
import { conformance } from './conformance.ts';
import { testDatabase } from './database.ts';

const unreachable = (name: string): JsonTarget => ({
  name,
  send: () => Promise.reject(new Problem(serviceUnreachable, `The service "${name}" is unreachable.`)),
});

const log = createLog({ level: 'silent' });

export interface TestService {
  readonly app: Express;
  /** Ids of the operations that have returned a declared success. */
  readonly succeeded: ReadonlySet<string>;
  /** @throws Error when any response did not match the contract */
  close(): Promise<void>;
}

export async function testService(
  service: Service,
  targets: readonly JsonTarget[] = [],
  options: { readonly limits?: Limits } = {},
): Promise<TestService> {
  const database = await testDatabase();
  const all = [...Object.keys(service.linked).map(unreachable), ...targets];
  const { observe, violations, succeeded } = conformance(contractDocument(service.contract, formats));
  const app = express().use(observe);
  const inner = await serviceApp(service, {
    database,
    targets: new Map(all.map((target) => [target.name, target])),
    log,
    ...options,
  });
  return {
    app: app.use(inner),
    succeeded,
    close: async () => {
      await database.close();
      if (violations.length > 0)
        throw new Error(`These responses do not match the contract:\n${violations.join('\n')}`);
    },
  };
}
