/**
 * Finds out who sends a request. Each kind of credentials in it is verified once, however many operations the request
 * leads to: the parts of an expansion are requests of the same caller.
 */
import { Problem } from '../contract/problem.ts';
import { tooManyAttempts } from '../contract/problems.ts';
import type { RequestContext } from '../http/context.ts';
import { ANONYMOUS, type Authentication, authenticationOf } from './authentication.ts';
import { type CredentialPlace, type CredentialSource, findCredentials } from './credentials.ts';
import { FailedAttempts } from './failed-attempts.ts';
import type { Identity, Rejected, Unavailable, Verification, Verifier } from './verifier.ts';

export interface AuthenticatedScheme {
  /** Its name in `gateway.yaml`. */
  readonly name: string;
  /** Where the documents say that its credentials are. */
  readonly places: readonly CredentialPlace[];
  readonly verifier: Verifier;
}

/** A password takes about 0.2 s of CPU time. */
export const PASSWORDS_PER_SECOND = 5;

export interface AuthenticatorOptions {
  /** Whether a peer is one of `trustedProxies`, which may pass on client certificates. */
  readonly isTrustedProxy?: ((address: string | undefined) => boolean) | undefined;
  /** Limits verifications for clients whose credentials were not valid. */
  readonly failedAttempts?: FailedAttempts;
  /** The same for passwords, which cost much more to verify. */
  readonly failedPasswords?: FailedAttempts;
}

export class Authenticator {
  readonly #schemes: readonly AuthenticatedScheme[];
  readonly #isTrustedProxy: (address: string | undefined) => boolean;
  readonly #failedAttempts: FailedAttempts;
  readonly #failedPasswords: FailedAttempts;

  constructor(
    schemes: readonly AuthenticatedScheme[],
    {
      isTrustedProxy = () => false,
      failedAttempts = new FailedAttempts(),
      failedPasswords = new FailedAttempts({ perSecond: PASSWORDS_PER_SECOND }),
    }: AuthenticatorOptions = {},
  ) {
    this.#schemes = schemes;
    this.#isTrustedProxy = isTrustedProxy;
    this.#failedAttempts = failedAttempts;
    this.#failedPasswords = failedPasswords;
  }

  /**
   * Sets the caller of the context. Synchronous where no verifier has to wait.
   * @throws Problem bad-request (400) if one kind of credentials occurs more than once, too-many-attempts (429) for a
   * client whose credentials were not valid too often
   */
  authenticate(request: CredentialSource, context: RequestContext): Authentication | Promise<Authentication> {
    // A property of the context costs less than an entry of a WeakMap for each request.
    const known = context.authentication as Authentication | Promise<Authentication> | undefined;
    if (known !== undefined) return known;
    const result = this.#authenticate(request, context);
    context.authentication = result;
    return result;
  }

  #authenticate(
    request: CredentialSource,
    context: RequestContext,
  ): Authentication | Promise<Authentication> {
    let results: [string, Verification | Promise<Verification>][] | undefined;
    for (const { name, places, verifier } of this.#schemes)
      for (const place of places) {
        const result = this.#verify(verifier, place, request, context);
        if (result === undefined) continue;
        results ??= [];
        results.push([name, result]);
      }
    if (results === undefined) return ANONYMOUS;
    if (results.some(([, result]) => result instanceof Promise))
      return Promise.all(
        results.map(async ([name, result]): Promise<[string, Verification]> => [name, await result]),
      ).then((settled) => identify(settled, context));
    return identify(results as [string, Verification][], context);
  }

  #verify(
    verifier: Verifier,
    place: CredentialPlace,
    request: CredentialSource,
    context: RequestContext,
  ): Verification | Promise<Verification> | undefined {
    if (place.in === 'certificate')
      return verifier.verifyRequest?.(request, this.#isTrustedProxy(request.socket.remoteAddress));
    const credentials = findCredentials(place, request);
    if (credentials === undefined) return undefined;
    const known = verifier.known?.(credentials, place);
    if (known !== undefined) return known;
    const client = context.client ?? request.socket.remoteAddress ?? '';
    const attempts = place.in === 'basic' ? this.#failedPasswords : this.#failedAttempts;
    const wait = attempts.begin(client);
    if (wait > 0) throw tooManyAttemptsProblem(wait);
    const result = verifier.verify(credentials, place);
    if (!(result instanceof Promise)) return countAttempt(attempts, client, result);
    return result.then((verification) => countAttempt(attempts, client, verification));
  }
}

function countAttempt(attempts: FailedAttempts, client: string, verification: Verification): Verification {
  if ('rejected' in verification) attempts.fail(client);
  else attempts.succeed(client);
  return verification;
}

const tooManyAttemptsProblem = (seconds: number): Problem =>
  new Problem(tooManyAttempts, 'Too many credentials from this address were not valid.', {
    headers: { 'Retry-After': String(seconds) },
  });

function identify(results: readonly [string, Verification][], context: RequestContext): Authentication {
  const identities = new Map<string, Identity>();
  const faults = new Map<string, Rejected | Unavailable>();
  for (const [name, result] of results) {
    if ('rejected' in result || 'unavailable' in result) faults.set(name, result);
    else if (!identities.has(name)) identities.set(name, result);
  }
  const authentication = authenticationOf(identities, faults);
  context.caller = authentication.caller;
  return authentication;
}
