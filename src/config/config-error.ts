/**
 * What is wrong with a configuration, for whoever runs the process: a line a fault, each with file, place and remedy.
 * Entry points print `message` and end with 1; the stack is of no use to anyone.
 */
export class ConfigError extends Error {
  /** @param faults one line, or one for each fault */
  constructor(faults: string | readonly string[], cause?: unknown) {
    super([...new Set([faults].flat())].join('\n'), { cause });
    this.name = 'ConfigError';
  }
}

/**
 * The results of all, where none has failed.
 * @throws ConfigError with the faults of all that have
 */
export async function allOrFaults<T>(tasks: Iterable<Promise<T>>): Promise<T[]> {
  const settled = await Promise.allSettled(tasks);
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const other = errors.find((error) => !(error instanceof ConfigError));
  if (other !== undefined) throw other;
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new ConfigError(errors.map((error) => (error as ConfigError).message));
  return settled.map((one) => (one as PromiseFulfilledResult<T>).value);
}
