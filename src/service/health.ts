/**
 * The health checks of a service: whether its database responds, without which nothing works; whether it accepts
 * writes, without which reading still works; and the state of the services that it calls. The database is checked
 * at most once a second, whatever the number of requests.
 */
import type { HealthCheck, HealthChecks } from '../http/health.ts';
import { targetChecks } from '../outbound/target-checks.ts';
import type { TargetSnapshot } from '../outbound/target-snapshot.ts';

export interface ServiceHealthOptions {
  /** Rejects when the database does not respond. */
  readonly ping: () => Promise<unknown>;
  /** Rejects when the database accepts no writes. */
  readonly checkWritable: () => Promise<unknown>;
  /** The state of the services that it calls. */
  readonly snapshots: () => readonly TargetSnapshot[];
}

const CACHE_TIME = 1000;
/** Milliseconds after which the database counts as failed. */
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
    // The error may contain the address of the database, so it is not reported.
    return { componentType: 'datastore', status: 'fail', output: 'no response' };
  }
}

/** A failure is only `warn`, because the service can still serve reads. */
async function writeCheck(checkWritable: Probe): Promise<HealthCheck> {
  try {
    await withTimeout(checkWritable);
    return { componentType: 'datastore', status: 'pass' };
  } catch {
    return { componentType: 'datastore', status: 'warn', output: 'the database accepts no writes' };
  }
}

async function withTimeout(probe: Probe): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no response in time')), TIMEOUT);
  try {
    await Promise.race([probe(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
