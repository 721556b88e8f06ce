/** A log that a test reads. */
import { jest } from '@jest/globals';

export const testLog = () => {
  const written: string[] = [];
  return {
    written,
    logger: { error: jest.fn(), info: jest.fn() } as never,
    lines: { write: (line: string) => written.push(line) },
  };
};
