/**
 * Tells browsers to use HTTPS alone for this host from now on (RFC 6797). Off unless configured, since it cannot be taken
 * back before `maxAge` is over, and with `includeSubDomains` it decides for other servers too. What a service says itself
 * goes before it.
 */
import type { Step } from '../server/pipeline.ts';

export interface StrictTransportSecurity {
  /** Seconds. */
  readonly maxAge: number;
  readonly includeSubDomains: boolean;
}

export function strictTransportSecurity({ maxAge, includeSubDomains }: StrictTransportSecurity): Step {
  const value = `max-age=${maxAge}${includeSubDomains ? '; includeSubDomains' : ''}`;
  return function strictTransportSecurity(_req, res, next) {
    res.setHeader('Strict-Transport-Security', value);
    next();
  };
}
