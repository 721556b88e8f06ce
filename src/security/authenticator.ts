/**
 * Finds out who sends a request. Each kind of credentials in it is verified once, however many operations the request
 * leads to: the parts of an expansion are requests of the same caller.
 */
import type { RequestContext } from '../http/context.ts';
import { ANONYMOUS, type Authentication, authenticationOf } from './authentication.ts';
import { type CredentialPlace, type CredentialSource, findCredentials } from './credentials.ts';
import type { Identity, Rejected, Unavailable, Verification, Verifier } from './verifier.ts';

export interface AuthenticatedScheme {
  /** Its name in `gateway.yaml`. */
  readonly name: string;
  /** Where the documents say that its credentials are. */
  readonly places: readonly CredentialPlace[];
  readonly verifier: Verifier;
}

export class Authenticator {
  readonly #schemes: readonly AuthenticatedScheme[];
  readonly #known = new WeakMap<RequestContext, Authentication | Promise<Authentication>>();

  readonly #isTrustedProxy: (address: string | undefined) => boolean;

  /** @param isTrustedProxy whether a peer is one of `trustedProxies`, which may pass on client certificates */
  constructor(
    schemes: readonly AuthenticatedScheme[],
    isTrustedProxy: (address: string | undefined) => boolean = () => false,
  ) {
    this.#schemes = schemes;
    this.#isTrustedProxy = isTrustedProxy;
  }

  /**
   * Sets the caller of the context. Synchronous where no verifier has to wait.
   * @throws Problem bad-request (400) if one kind of credentials occurs more than once
   */
  authenticate(request: CredentialSource, context: RequestContext): Authentication | Promise<Authentication> {
    const known = this.#known.get(context);
    if (known !== undefined) return known;
    const result = this.#authenticate(request, context);
    this.#known.set(context, result);
    return result;
  }

  #authenticate(
    request: CredentialSource,
    context: RequestContext,
  ): Authentication | Promise<Authentication> {
    let results: [string, Verification | Promise<Verification>][] | undefined;
    for (const { name, places, verifier } of this.#schemes)
      for (const place of places) {
        const result = this.#verify(verifier, place, request);
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
  ): Verification | Promise<Verification> | undefined {
    if (place.in === 'certificate')
      return verifier.verifyRequest?.(request, this.#isTrustedProxy(request.socket.remoteAddress));
    const credentials = findCredentials(place, request);
    return credentials === undefined ? undefined : verifier.verify(credentials, place);
  }
}

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
