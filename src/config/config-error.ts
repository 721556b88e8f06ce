/**
 * What is wrong with a configuration, in one line for whoever runs the process: file, place, mend.
 * Entry points print `message` and end with 1; the stack is of no use to anyone.
 */
export class ConfigError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ConfigError';
  }
}
