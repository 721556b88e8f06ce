/**
 * Finds out who sends a request. Each kind of credentials in it is verified once, however many operations the request
 * leads to: the parts of an expansion are requests of the same caller.
 */
import { Problem } from '../contract/problem.ts';
import { tooManyAttempts } from '../contract/problems.ts';
import type { RequestContext } from '../http/context.ts';
import { ANONYMOUS, type Authentication, authenticationBy, authenticationOf } from './authentication.ts';
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

/** The schemes that take the credentials of one place in a request. */
interface PlaceSchemes {
  readonly place: CredentialPlace;
  readonly schemes: readonly { readonly name: string; readonly rank: number; readonly verifier: Verifier }[];
}

interface Result {
  readonly scheme: string;
  /** The position of the scheme in the configuration. */
  readonly rank: number;
  readonly verification: Verification;
}

export class Authenticator {
  readonly #places: readonly PlaceSchemes[];
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
    this.#places = byPlace(schemes);
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
    const results: Result[] = [];
    const pending: Promise<void>[] = [];
    for (const { place, schemes } of this.#places) {
      if (place.in === 'certificate') {
        this.#verifyCertificate(schemes, request, results);
        continue;
      }
      const credentials = findCredentials(place, request);
      if (credentials === undefined) continue;
      const waiting = this.#verify({ place, schemes }, credentials, { request, context, results });
      if (waiting) pending.push(waiting);
    }
    if (pending.length > 0) return Promise.all(pending).then(() => identify(results, context));
    if (results.length === 0) return ANONYMOUS;
    return identify(results, context);
  }

  #verifyCertificate(schemes: PlaceSchemes['schemes'], request: CredentialSource, results: Result[]): void {
    const isFromProxy = this.#isTrustedProxy(request.socket.remoteAddress);
    for (const { name, rank, verifier } of schemes) {
      const verification = verifier.verifyRequest?.(request, isFromProxy);
      if (verification !== undefined) results.push({ scheme: name, rank, verification });
    }
  }

  /**
   * Verifies the credentials of one place for all schemes that take them. This is one attempt: it succeeds if one of the
   * schemes accepts the credentials. A token of one issuer is not valid for the scheme of another.
   */
  #verify(
    { place, schemes }: PlaceSchemes,
    credentials: string,
    { request, context, results }: { request: CredentialSource; context: RequestContext; results: Result[] },
  ): Promise<void> | undefined {
    const first = results.length;
    for (const { name, rank, verifier } of schemes) {
      const verification = verifier.known?.(credentials, place, request.socket);
      if (verification !== undefined) results.push({ scheme: name, rank, verification });
    }
    const known = results.length - first;
    if (known === schemes.length) return undefined;
    const isKnown = (scheme: string) =>
      results.slice(first, first + known).some((result) => result.scheme === scheme);
    const unknown = known === 0 ? schemes : schemes.filter(({ name }) => !isKnown(name));
    const client = context.client ?? request.socket.remoteAddress ?? '';
    const attempts = place.in === 'basic' ? this.#failedPasswords : this.#failedAttempts;
    // Credentials that are known to be valid are never refused because of others from the same address.
    const wait = known > 0 ? 0 : attempts.begin(client);
    if (wait > 0) throw tooManyAttemptsProblem(wait);
    const verifications = unknown.map(({ verifier }) => verifier.verify(credentials, place));
    const finish = (settled: readonly Verification[]): void => {
      for (const [index, { name, rank }] of unknown.entries())
        results.push({ scheme: name, rank, verification: settled[index] as Verification });
      if (known === 0) countAttempt(attempts, client, settled);
    };
    if (verifications.some((one) => one instanceof Promise)) return Promise.all(verifications).then(finish);
    finish(verifications as Verification[]);
  }
}

function byPlace(schemes: readonly AuthenticatedScheme[]): PlaceSchemes[] {
  const found = new Map<string, { place: CredentialPlace; schemes: PlaceSchemes['schemes'][number][] }>();
  for (const [rank, { name, places, verifier }] of schemes.entries())
    for (const place of places) {
      const key = JSON.stringify([place.in, 'name' in place ? place.name : '']);
      const known = found.get(key) ?? { place, schemes: [] };
      known.schemes.push({ name, rank, verifier });
      found.set(key, known);
    }
  return [...found.values()];
}

/** An attempt that no scheme could decide is none. */
function countAttempt(
  attempts: FailedAttempts,
  client: string,
  verifications: readonly Verification[],
): void {
  const isAccepted = verifications.some((one) => 'subject' in one);
  if (!isAccepted && verifications.some((one) => 'rejected' in one)) attempts.fail(client);
  else attempts.succeed(client);
}

const tooManyAttemptsProblem = (seconds: number): Problem =>
  new Problem(tooManyAttempts, 'Too many credentials from this address were not valid.', {
    headers: { 'Retry-After': String(seconds) },
  });

function identify(results: Result[], context: RequestContext): Authentication {
  const [only] = results;
  const authentication =
    results.length === 1 && only !== undefined && 'subject' in only.verification
      ? authenticationBy(only.scheme, only.verification)
      : combine(results);
  context.caller = authentication.caller;
  return authentication;
}

function combine(results: Result[]): Authentication {
  // The first scheme of the configuration names the caller, wherever its credentials are.
  if (results.length > 1) results.sort((a, b) => a.rank - b.rank);
  const identities = new Map<string, Identity>();
  const faults = new Map<string, Rejected | Unavailable>();
  for (const { scheme, verification } of results) {
    if ('rejected' in verification || 'unavailable' in verification) faults.set(scheme, verification);
    else if (!identities.has(scheme)) identities.set(scheme, verification);
  }
  return authenticationOf(identities, faults);
}
