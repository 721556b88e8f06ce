/**
 * Checks the health of an instance periodically, on a separate connection, so that a busy instance does not look
 * unhealthy. An instance is healthy until its first response. The response may also report its dependencies.
 */
import { setMaxListeners } from 'node:events';
import { TimeoutStrategy, timeout } from 'cockatiel';
import type { HealthCheck } from '../../config/policies/health-check.ts';
import { ChunkBuffer } from '../../http/body/chunk-buffer.ts';
import { dependenciesIn } from './dependencies.ts';
import type { Instance } from './instance.ts';

/** A longer body is ignored. */
const MAX_BODY_BYTES = 65_536;
/** The share by which the interval varies, so that the checks of many gateways do not coincide. */
const JITTER = 0.2;

/** An instance that reports this itself, for example while it drains, is unhealthy at once. */
const NOT_READY = 503;

interface HealthResponse {
  /** Undefined where no response came in time. */
  readonly status: number | undefined;
  /** Empty where the body was too long. */
  readonly body: string;
}

/** @returns a function that ends the checks */
export function watchHealth(
  instance: Instance,
  { path, every, timeout: time, unhealthy, healthy }: HealthCheck,
): () => Promise<void> {
  const connection = instance.connect(1);
  const policy = timeout(time, TimeoutStrategy.Aggressive);
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  let streak = 0;
  let timer: NodeJS.Timeout | undefined;

  const sendCheck = async (): Promise<HealthResponse> => {
    try {
      return await policy.execute(async ({ signal }) => {
        const { statusCode, body } = await connection.request({ method: 'GET', path, signal });
        const pieces = new ChunkBuffer();
        for await (const chunk of body) {
          pieces.append(chunk as Buffer);
          if (pieces.byteLength > MAX_BODY_BYTES) break;
        }
        return {
          status: statusCode,
          body: pieces.byteLength > MAX_BODY_BYTES ? '' : pieces.toBuffer().toString(),
        };
      }, controller.signal);
    } catch {
      return { status: undefined, body: '' };
    }
  };
  const check = async (): Promise<void> => {
    const { status, body } = await sendCheck();
    if (controller.signal.aborted) return;
    const isPassing = status !== undefined && status >= 200 && status < 300;
    // Only results that contradict the current state count.
    streak = isPassing === instance.isHealthy ? 0 : streak + 1;
    if (streak >= (isPassing ? healthy : status === NOT_READY ? 1 : unhealthy)) {
      instance.isHealthy = isPassing;
      streak = 0;
    }
    // The last reported dependencies stay valid while the instance is healthy.
    if (body !== '' || !instance.isHealthy) instance.dependencies = dependenciesIn(body);
    timer = setTimeout(check, every * (1 + JITTER * (Math.random() - 0.5))).unref();
  };
  void check();
  return async () => {
    controller.abort();
    clearTimeout(timer);
    await connection.destroy();
  };
}
