/** Says in the log what was not seen before, a bounded number of lines a minute. */
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
      'an answer is not as the contract says',
    );
    unlogged = 0;
  };
}
