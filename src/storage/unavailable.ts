/** Whether an error says that the database cannot be had now, and not that something is wrong with what it was asked. */

/**
 * Of PostgreSQL, appendix A: the connection broke; too little of something, as of room on the disk; the server ends,
 * starts, or is being recovered; it takes no writes, as a standby; its files cannot be read or written.
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
/** What `pg` says without a code. */
const DRIVER_MESSAGES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after)/;

/** What somebody is told who asked for it; undefined where nothing more is known. */
export function unavailableDetail(error: unknown): string | undefined {
  if (!Error.isError(error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  if (code === DISK_FULL) return 'The disk of the service’s database is full. Existing data can be read.';
  if (code === READ_ONLY)
    return 'The database of the service is read-only at the moment. Existing data can be read.';
  return unavailableDetail(error.cause);
}

export function isUnavailable(error: unknown): boolean {
  // Not `instanceof`: an error may be of another realm, as what the system says is in a test.
  if (!Error.isError(error)) return false;
  const { code, errors } = error as NodeJS.ErrnoException & Partial<AggregateError>;
  if (code !== undefined && (SQL_STATES.test(code) || SYSTEM_CODES.has(code))) return true;
  if (Array.isArray(errors) && errors.some(isUnavailable)) return true;
  return DRIVER_MESSAGES.test(error.message) || isUnavailable(error.cause);
}
