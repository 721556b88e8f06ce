/** Where log lines go: pino for what is said now and then, its bare destination for what is said always. */
import pino, { type DestinationStream, type Logger } from 'pino';

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

/** Lines are written in blocks of 32 KB or once a second; pino writes out the rest when the process ends. */
export const createLog = ({ level = 'info', destination = 1 }: LogOptions = {}): Log => {
  const lines = pino.destination({
    dest: destination,
    sync: false,
    minLength: 32_768,
    maxWrite: 65_536,
    periodicFlush: 1000,
  });
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, lines);
  return { logger, lines: logger.isLevelEnabled('info') ? lines : undefined, flush: () => lines.flushSync() };
};
