/**
 * What the health of a service says: whether its database answers, without which it can do nothing, and how those are
 * that it calls. Asked at most once a second, however often somebody looks.
 */
import type { Check, Checks } from '../http/health.ts';
import { targetChecks } from '../outbound/target-checks.ts';
import type { TargetSnapshot } from '../outbound/target-snapshot.ts';

export interface ServiceHealthOptions {
  /** Rejects when the database does not answer. */
  readonly ping: () => Promise<unknown>;
  /** Of the services that it calls. */
  readonly snapshots: () => readonly TargetSnapshot[];
}

const KEPT = 1000;
/** Milliseconds after which an answer of the database would come too late for anybody. */
const PATIENCE = 2000;

export function serviceHealth({ ping, snapshots }: ServiceHealthOptions): () => Promise<Checks> {
  let asked = Number.NEGATIVE_INFINITY;
  let database: Promise<Check>;
  return async () => {
    if (performance.now() - asked > KEPT) {
      asked = performance.now();
      database = timed(ping);
    }
    return Object.assign({ 'database:responseTime': [await database] }, ...snapshots().map(targetChecks));
  };
}

async function timed(ping: () => Promise<unknown>): Promise<Check> {
  const startedAt = performance.now();
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), PATIENCE);
  try {
    await Promise.race([ping(), tooLate]);
    const observedValue = Math.round((performance.now() - startedAt) * 10) / 10;
    return { componentType: 'datastore', status: 'pass', observedValue, observedUnit: 'ms' };
  } catch {
    // Why it does not answer may name where it is.
    return { componentType: 'datastore', status: 'fail', output: 'no answer' };
  } finally {
    clearTimeout(timer);
  }
}
