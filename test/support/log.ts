/** A log whose content a test can read. */
import { jest } from '@jest/globals';

export const testLog = () => {
  const written: string[] = [];
  const warnings: object[] = [];
  const warn = (fields: object) => warnings.push(fields);
  return {
    written,
    warnings,
    logger: { error: jest.fn(), info: jest.fn(), warn } as never,
    flush: () => {},
    lines: { write: (line: string) => written.push(line) },
  };
};
