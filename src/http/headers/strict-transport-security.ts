/**
 * Tells browsers to use only HTTPS for this host (RFC 6797). It is off by default, because it cannot be revoked
 * before `maxAge` has passed, and `includeSubDomains` affects other servers. A value sent by a service takes
 * precedence.
 */
import type { Step } from '../server/pipeline.ts';

export interface StrictTransportSecurity {
  /** In seconds. */
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
