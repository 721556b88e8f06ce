/**
 * Verifies the credentials of a request and rejects it if its operation requires others (OpenAPI 3.1 §4.8.30).
 *
 * Reads `Authorization`, and the headers, cookies and query parameters that the document names as API keys. Sends 401,
 * 403 or 503; a scheme without keys never opens an operation. With `enforce: observe` it only counts.
 */
import type { Logger } from 'pino';
import { NO_GRANTS } from '../../contract/caller.ts';
import { Problem } from '../../contract/problem.ts';
import { tooManyAttempts } from '../../contract/problems.ts';
import { isAllowed, isPublic } from '../../openapi/security-requirements.ts';
import { ANONYMOUS, type Authentication } from '../../security/authentication.ts';
import type { Authenticator } from '../../security/authenticator.ts';
import { refusalOf } from '../../security/refusal.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayOperation } from '../operation.ts';
import type { GatewaySecurity } from '../security/gateway-security.ts';
import type { OperationSecurity } from '../security/operation-security.ts';
import { RefusalLog } from '../security/refusal-log.ts';
import type { RefusalStatistics } from '../security/refusal-statistics.ts';
import type { OperationStep } from './operation-step.ts';

export interface AuthenticateOptions {
  readonly security: Pick<GatewaySecurity, 'authenticator' | 'of' | 'realm'>;
  /** Whether the caller has to be known even if no credentials are required, because links depend on it. */
  readonly needsCaller?: ((operation: GatewayOperation) => boolean) | undefined;
  /** Counts the requests that are refused, or that would be with `enforce: on`. */
  readonly statistics: RefusalStatistics;
  readonly logger: Pick<Logger, 'info'>;
}

export function authenticate({
  security,
  needsCaller = () => false,
  statistics,
  logger,
}: AuthenticateOptions): OperationStep {
  const { authenticator, realm } = security;
  const log = new RefusalLog(logger);
  // Not async: most credentials are known, and a promise for each request would be slow.
  return function authenticate(exchange) {
    const { operation, client, context } = exchange;
    const needs = security.of(operation);
    if (needs === undefined) return;
    if (needs.mode === 'off') {
      if (needsCaller(operation)) return identifyCaller(authenticator, exchange);
      return;
    }
    const isObserved = needs.mode === 'observe';
    const refuse = (refusal: Problem, authentication: Authentication): void => {
      const { code } = refusal.type;
      statistics.count(operation.service, operation.operationId, code);
      log.write(exchange, code, relevant(authentication, needs), isObserved);
      if (!isObserved) throw refusal;
    };
    const decide = (authentication: Authentication): void => {
      if (!isAllowed(needs.requirements, authentication.caller?.grants ?? NO_GRANTS))
        refuse(refusalOf(needs, authentication, realm), authentication);
    };
    let authentication: Authentication | Promise<Authentication>;
    try {
      authentication = authenticator.authenticate(client, context);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // Others of the same address must not keep clients from what everyone may call.
      if (error.type === tooManyAttempts && isPublic(needs.requirements)) return;
      return refuse(error, ANONYMOUS);
    }
    if (authentication instanceof Promise) return authentication.then(decide);
    decide(authentication);
  };
}

/** Leaves out faults of schemes that the operation does not use: the same token may be tried for several. */
function relevant({ caller, faults }: Authentication, { requirements }: OperationSecurity): Authentication {
  const schemes = new Set(requirements.flat().map(({ scheme }) => scheme));
  return { caller, faults: new Map([...faults].filter(([scheme]) => schemes.has(scheme))) };
}

/** Without valid credentials the caller stays anonymous. */
function identifyCaller(authenticator: Authenticator, { client, context }: Exchange): void | Promise<void> {
  try {
    const authentication = authenticator.authenticate(client, context);
    if (authentication instanceof Promise) return authentication.then(() => {});
  } catch (error) {
    // Ambiguous credentials name no caller, and the operation requires none.
    if (!(error instanceof Problem)) throw error;
  }
}
