/** Where log lines go: pino for what is said now and then, its bare destination for what is said always. */
import { openSync } from 'node:fs';
import pino, { type DestinationStream, type Logger } from 'pino';
import { BufferedDestination } from './buffered-destination.ts';
import { redact } from './redact.ts';

export interface Log {
  readonly logger: Logger;
  /** Takes finished lines of level info, where that is logged; the logger's own, so that they stay in order. */
  readonly lines: DestinationStream | undefined;
  /** Writes out what is still held. */
  flush(): void;
}

export interface LogOptions {
  readonly level?: string;
  /** A file descriptor or path. */
  readonly destination?: number | string;
}

/** Those that there are; one listener for all, however many are made in one process. */
const logs = new Set<Pick<Log, 'flush'>>();

/** What is still held when the process ends is written out then. */
export const createLog = ({ level = 'info', destination = 1 }: LogOptions = {}): Log => {
  // Opened at once, so that no line and no flush comes too early.
  const descriptor = typeof destination === 'string' ? openSync(destination, 'a') : destination;
  const sink = pino.destination({ dest: descriptor, sync: false });
  const lines = new BufferedDestination(sink);
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const logger = pino({ ...options, hooks: { streamWrite: redact } }, lines);
  const flush = () => {
    // What is only begun would be lost at the exit.
    Object.assign(sink, { sync: true });
    lines.flush();
    sink.flushSync();
    Object.assign(sink, { sync: false });
  };
  const log = { logger, lines: logger.isLevelEnabled('info') ? lines : undefined, flush };
  if (logs.size === 0) process.once('exit', flushAll);
  logs.add(log);
  return log;
};

const flushAll = (): void => {
  for (const log of logs) log.flush();
};
