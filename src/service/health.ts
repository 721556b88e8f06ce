/**
 * What the health of a service says: whether its database answers, without which it can do nothing, whether it takes
 * writes, without which what is there can still be read, and how those are that it calls. Asked at most once a second, however often somebody looks.
 */
import type { HealthCheck, HealthChecks } from '../http/health.ts';
import { targetChecks } from '../outbound/target-checks.ts';
import type { TargetSnapshot } from '../outbound/target-snapshot.ts';

export interface ServiceHealthOptions {
  /** Rejects when the database does not answer. */
  readonly ping: () => Promise<unknown>;
  /** Rejects when nothing can be written. */
  readonly checkWritable: () => Promise<unknown>;
  /** Of the services that it calls. */
  readonly snapshots: () => readonly TargetSnapshot[];
}

const CACHE_TIME = 1000;
/** Milliseconds after which an answer of the database would come too late for anybody. */
const TIMEOUT = 2000;

export function serviceHealth({
  ping,
  checkWritable,
  snapshots,
}: ServiceHealthOptions): () => Promise<HealthChecks> {
  let checkedAt = Number.NEGATIVE_INFINITY;
  let database: Promise<HealthChecks>;
  return async () => {
    if (performance.now() - checkedAt > CACHE_TIME) {
      checkedAt = performance.now();
      database = databaseChecks(ping, checkWritable);
    }
    return Object.assign({}, await database, ...snapshots().map(targetChecks));
  };
}

type Probe = () => Promise<unknown>;

const databaseChecks = async (ping: Probe, checkWritable: Probe): Promise<HealthChecks> => {
  const [responseTime, writes] = await Promise.all([responseTimeCheck(ping), writeCheck(checkWritable)]);
  return { 'database:responseTime': [responseTime], 'database:writes': [writes] };
};

async function responseTimeCheck(ping: Probe): Promise<HealthCheck> {
  const startedAt = performance.now();
  try {
    await withTimeout(ping);
    const observedValue = Math.round((performance.now() - startedAt) * 10) / 10;
    return { componentType: 'datastore', status: 'pass', observedValue, observedUnit: 'ms' };
  } catch {
    // Why it does not answer may name where it is.
    return { componentType: 'datastore', status: 'fail', output: 'no answer' };
  }
}

/** Not `fail`: no traffic has to be kept away from what can still be read. */
async function writeCheck(checkWritable: Probe): Promise<HealthCheck> {
  try {
    await withTimeout(checkWritable);
    return { componentType: 'datastore', status: 'pass' };
  } catch {
    return { componentType: 'datastore', status: 'warn', output: 'nothing can be written' };
  }
}

async function withTimeout(ask: Probe): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), TIMEOUT);
  try {
    await Promise.race([ask(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
