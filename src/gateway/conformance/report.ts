/** Logs new faults, with a limited number of lines per minute. */
import type { Logger } from 'pino';
import type { ResponseFault } from './response-fault.ts';

const MINUTE = 60_000;
const MAX_LINES = 20;

export type ReportFault = (service: string, operationId: string, fault: ResponseFault) => void;

export function createReporter(logger: Pick<Logger, 'warn'>): ReportFault {
  let since = Number.NEGATIVE_INFINITY;
  let lines = 0;
  let unlogged = 0;
  return (service, operationId, fault) => {
    const now = performance.now();
    if (now - since >= MINUTE) {
      since = now;
      lines = 0;
    }
    if (lines >= MAX_LINES) {
      unlogged += 1;
      return;
    }
    lines += 1;
    logger.warn(
      { service, operationId, ...fault, ...(unlogged > 0 && { unlogged }) },
      'a response does not match the contract',
    );
    unlogged = 0;
  };
}
