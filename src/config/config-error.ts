/** Texts of others are in it, which may hold what begins a line or moves the cursor of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const inOneLine = (text: string): string => text.replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ');

/**
 * What is wrong with a configuration, in one line for whoever runs the process: file, place, mend.
 * Entry points print `message` and end with 1; the stack is of no use to anyone.
 */
export class ConfigError extends Error {
  constructor(message: string, cause?: unknown) {
    super(inOneLine(message), { cause });
    this.name = 'ConfigError';
  }
}

/**
 * What went wrong with a text that others wrote, in one line. A document can bring any code to throw anything; it is
 * still the document that cannot be used, and the process goes on.
 *
 * @param about what could not be done, with its place
 */
export function configErrorOf(error: unknown, about: string): ConfigError {
  if (error instanceof ConfigError) return error;
  const [reason] = (Error.isError(error) ? error.message : String(error)).split('\n');
  return new ConfigError(`${about}: ${reason}`, error);
}
