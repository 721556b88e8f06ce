/**
 * Asks an instance again and again whether it is well, on a connection of its own, so that one that is busy is not
 * taken for one that is ill. Until the first answer it is taken to be well. Whom it calls in turn it may say there too.
 */
import { setMaxListeners } from 'node:events';
import { TimeoutStrategy, timeout } from 'cockatiel';
import type { HealthCheck } from '../../config/policies/health-check.ts';
import { ChunkBuffer } from '../../http/body/chunk-buffer.ts';
import { dependenciesIn } from './dependencies.ts';
import type { Instance } from './instance.ts';

/** More of an answer is not read. */
const MOST_BYTES = 65_536;
/** Of the time between two questions: so that those of many gateways do not fall together. */
const JITTER = 0.2;

/** It says so itself, as one that drains: nothing has to be made sure of. */
const NOT_READY = 503;

interface Checked {
  /** Undefined where no answer came, or not in time. */
  readonly status: number | undefined;
  /** Empty where it is too long. */
  readonly body: string;
}

/** @returns what ends it */
export function watchHealth(
  instance: Instance,
  { path, every, timeout: time, unhealthy, healthy }: HealthCheck,
): () => Promise<void> {
  const connection = instance.connect(1);
  const policy = timeout(time, TimeoutStrategy.Aggressive);
  const end = new AbortController();
  setMaxListeners(0, end.signal);
  let row = 0;
  let timer: NodeJS.Timeout | undefined;

  const ask = async (): Promise<Checked> => {
    try {
      return await policy.execute(async ({ signal }) => {
        const { statusCode, body } = await connection.request({ method: 'GET', path, signal });
        const pieces = new ChunkBuffer();
        for await (const chunk of body) {
          pieces.append(chunk as Buffer);
          if (pieces.byteLength > MOST_BYTES) break;
        }
        return {
          status: statusCode,
          body: pieces.byteLength > MOST_BYTES ? '' : pieces.toBuffer().toString(),
        };
      }, end.signal);
    } catch {
      return { status: undefined, body: '' };
    }
  };
  const check = async (): Promise<void> => {
    const { status, body } = await ask();
    if (end.signal.aborted) return;
    const isWell = status !== undefined && status >= 200 && status < 300;
    // Only what contradicts what is thought of it counts.
    row = isWell === instance.isHealthy ? 0 : row + 1;
    if (row >= (isWell ? healthy : status === NOT_READY ? 1 : unhealthy)) {
      instance.isHealthy = isWell;
      row = 0;
    }
    // What it said last holds as long as it is thought to be well.
    if (body !== '' || !instance.isHealthy) instance.dependencies = dependenciesIn(body);
    timer = setTimeout(check, every * (1 + JITTER * (Math.random() - 0.5))).unref();
  };
  void check();
  return async () => {
    end.abort();
    clearTimeout(timer);
    await connection.destroy();
  };
}
