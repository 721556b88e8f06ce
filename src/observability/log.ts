/**
 * The log of a process: pino for occasional messages, and its raw destination for frequent lines such as the access
 * log.
 */
import { openSync } from 'node:fs';
import pino, { type DestinationStream, type Logger } from 'pino';
import { BufferedDestination } from './buffered-destination.ts';
import { redact } from './redact.ts';

export interface Log {
  readonly logger: Logger;
  /**
   * Receives formatted lines of level info, where that level is logged. The logger writes to the same destination,
   * so that lines stay in order.
   */
  readonly lines: DestinationStream | undefined;
  /** Writes all buffered lines. */
  flush(): void;
}

export interface LogOptions {
  readonly level?: string;
  /** A file descriptor or path. */
  readonly destination?: number | string;
}

/** All logs of the process, which share one listener for its exit. */
const logs = new Set<Pick<Log, 'flush'>>();

/** Creates a log. Lines that are still buffered at the exit of the process are written then. */
export const createLog = ({ level = 'info', destination = 1 }: LogOptions = {}): Log => {
  // The file is opened synchronously, so that it is ready for the first line or flush.
  const descriptor = typeof destination === 'string' ? openSync(destination, 'a') : destination;
  const sink = pino.destination({ dest: descriptor, sync: false });
  const lines = new BufferedDestination(sink);
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const logger = pino({ ...options, hooks: { streamWrite: redact } }, lines);
  const flush = () => {
    // An asynchronous write would be lost at the exit.
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
