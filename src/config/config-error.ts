/** Texts of others are in it, which may hold what begins a line or moves the cursor of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const toSingleLine = (text: string): string => text.replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ');

/**
 * What is wrong with a configuration, for the person who runs the process: one line for each fault, with file, place and
 * remedy. Entry points print `message` and exit with 1; the stack is of no use to anyone.
 */
export class ConfigError extends Error {
  /** One line each, none of them twice. */
  readonly faults: readonly string[];

  constructor(faults: string | readonly string[], cause?: unknown) {
    const lines = [...new Set([faults].flat().map(toSingleLine))];
    super(lines.join('\n'), { cause });
    this.name = 'ConfigError';
    this.faults = lines;
  }
}

/**
 * What went wrong with a text that others wrote, in one line. A document can bring any code to throw anything; it is
 * still the document that cannot be used, and the process goes on.
 *
 * @param about what could not be done, with its place
 */
export function toConfigError(error: unknown, about: string): ConfigError {
  if (error instanceof ConfigError) return error;
  const [reason] = (Error.isError(error) ? error.message : String(error)).split('\n');
  return new ConfigError(`${about}: ${reason}`, error);
}

/**
 * The results of all, where none has failed.
 * @throws ConfigError with the faults of all that have
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
