/** Messages may quote untrusted text with line breaks or escape sequences of terminals. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern removes them
const toSingleLine = (text: string): string => text.replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ');

/**
 * The faults of a configuration, for the operator: one line for each fault with file, location and remedy. Entry points
 * print `message` without a stack trace and exit with 1.
 */
export class ConfigError extends Error {
  /** One line for each fault, without duplicates. */
  readonly faults: readonly string[];

  constructor(faults: string | readonly string[], cause?: unknown) {
    const lines = [...new Set([faults].flat().map(toSingleLine))];
    super(lines.join('\n'), { cause });
    this.name = 'ConfigError';
    this.faults = lines;
  }
}

/**
 * Converts any error about an external text to a ConfigError in one line. Whatever code throws because of a document is
 * a fault of that document, and the process continues.
 *
 * @param about the failed action with its location
 */
export function toConfigError(error: unknown, about: string): ConfigError {
  if (error instanceof ConfigError) return error;
  const [reason] = (Error.isError(error) ? error.message : String(error)).split('\n');
  return new ConfigError(`${about}: ${reason}`, error);
}

/**
 * Waits for all tasks.
 * @returns the results, if no task failed
 * @throws ConfigError with the faults of all failed tasks
 */
export async function allOrConfigError<T>(tasks: Iterable<Promise<T>>): Promise<T[]> {
  const settled = await Promise.allSettled(tasks);
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const other = errors.find((error) => !(error instanceof ConfigError));
  if (other !== undefined) throw other;
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new ConfigError(errors.flatMap((error) => (error as ConfigError).faults));
  return settled.map((one) => (one as PromiseFulfilledResult<T>).value);
}
