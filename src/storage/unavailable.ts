/** Distinguishes an unavailable database from a faulty query. */

/**
 * Error codes of PostgreSQL (appendix A): broken connection; insufficient resources, such as disk space; a server that
 * stops, starts or recovers; a read-only server, such as a standby; I/O errors.
 */
const SQL_STATES = /^(?:08\w{3}|25006|53\w{3}|57P0[1-5]|58000|58030)$/;
const DISK_FULL = '53100';
const READ_ONLY = '25006';
const SYSTEM_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
]);
/** Messages of `pg` without a code. */
const DRIVER_MESSAGES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after)/;

/** @returns the detail for clients, or undefined if there is no specific one */
export function unavailableDetail(error: unknown): string | undefined {
  if (!Error.isError(error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  if (code === DISK_FULL) return 'The disk of the service’s database is full. Existing data can be read.';
  if (code === READ_ONLY)
    return 'The database of the service is read-only at the moment. Existing data can be read.';
  return unavailableDetail(error.cause);
}

export function isUnavailable(error: unknown): boolean {
  // Not `instanceof`: errors may come from another realm, as in tests.
  if (!Error.isError(error)) return false;
  const { code, errors } = error as NodeJS.ErrnoException & Partial<AggregateError>;
  if (code !== undefined && (SQL_STATES.test(code) || SYSTEM_CODES.has(code))) return true;
  if (Array.isArray(errors) && errors.some(isUnavailable)) return true;
  return DRIVER_MESSAGES.test(error.message) || isUnavailable(error.cause);
}
