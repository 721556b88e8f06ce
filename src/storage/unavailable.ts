/** Whether an error says that the database cannot be had now, and not that something is wrong with what it was asked. */

/** Of PostgreSQL, appendix A: the connection broke; too many of them; the server ends, starts, or is being recovered. */
const SQL_STATES = /^(?:08\w{3}|53\w{3}|57P0[1-5])$/;
const OF_THE_SYSTEM: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'],
  ...['EAI_AGAIN', 'EADDRNOTAVAIL'],
]);
/** What `pg` says without a code. */
const OF_THE_DRIVER =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after)/;

export function isUnavailable(error: unknown): boolean {
  // Not `instanceof`: an error may be of another realm, as what the system says is in a test.
  if (!Error.isError(error)) return false;
  const { code, errors } = error as NodeJS.ErrnoException & Partial<AggregateError>;
  if (code !== undefined && (SQL_STATES.test(code) || OF_THE_SYSTEM.has(code))) return true;
  if (Array.isArray(errors) && errors.some(isUnavailable)) return true;
  return OF_THE_DRIVER.test(error.message) || isUnavailable(error.cause);
}
