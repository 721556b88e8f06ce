/**
 * Verifies the credentials of a request and rejects it if its operation requires others (OpenAPI 3.1 §4.8.30).
 *
 * Reads `Authorization`, and the headers, cookies and query parameters that the document names as API keys. Sends 401,
 * 403 or 503; a scheme without keys never opens an operation. With `enforce: observe` it only counts.
 */
import { NO_GRANTS } from '../../contract/caller.ts';
import type { Problem } from '../../contract/problem.ts';
import { isAllowed } from '../../openapi/security-requirements.ts';
import type { Authentication } from '../../security/authentication.ts';
import type { Authenticator } from '../../security/authenticator.ts';
import { refusalOf } from '../../security/refusal.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayOperation } from '../operation.ts';
import type { OperationSecurity } from '../security/operation-security.ts';
import type { OperationStep } from './operation-step.ts';

export interface AuthenticateOptions {
  readonly authenticator: Authenticator;
  readonly securityOf: (operation: GatewayOperation) => OperationSecurity | undefined;
  /** Whether the caller has to be known even if no credentials are required, because links depend on it. */
  readonly needsCaller?: ((operation: GatewayOperation) => boolean) | undefined;
  readonly realm: string;
  /** Called for each request that is refused, or that would be with `enforce: on`. */
  readonly onRefused: (exchange: Exchange, refusal: Problem, authentication: Authentication) => void;
}

export const authenticate = ({
  authenticator,
  securityOf,
  needsCaller = () => false,
  realm,
  onRefused,
}: AuthenticateOptions): OperationStep =>
  // Not async: most credentials are known, and a promise for each request would be slow.
  function authenticate(exchange) {
    const security = securityOf(exchange.operation);
    if (security === undefined) return;
    if (security.mode === 'off') {
      if (needsCaller(exchange.operation)) return identifyCaller(authenticator, exchange);
      return;
    }
    const decide = (authentication: Authentication): void => {
      if (isAllowed(security.requirements, authentication.caller?.grants ?? NO_GRANTS)) return;
      const refusal = refusalOf(security, authentication, realm);
      onRefused(exchange, refusal, authentication);
      if (security.mode === 'on') throw refusal;
    };
    const authentication = authenticator.authenticate(exchange.client, exchange.context);
    if (authentication instanceof Promise) return authentication.then(decide);
    decide(authentication);
  };

/** Without valid credentials the caller stays anonymous. */
function identifyCaller(authenticator: Authenticator, { client, context }: Exchange): void | Promise<void> {
  try {
    const authentication = authenticator.authenticate(client, context);
    if (authentication instanceof Promise) return authentication.then(() => {});
  } catch {
    // Ambiguous credentials name nobody, and the operation requires none.
  }
}
