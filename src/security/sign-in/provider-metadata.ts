/**
 * The endpoints of an OpenID provider, by its metadata. They are found at the first sign-in, so that the start never
 * waits for the provider, and kept for a while; an older version is used while the provider does not respond.
 */
import { discover, endpointOf, metadataOf } from '../jwt/metadata.ts';

export interface ProviderEndpoints {
  readonly authorization: string;
  readonly token: string;
  /** Where people sign out of the provider itself (OpenID Connect RP-Initiated Logout 1.0), if it has such a page. */
  readonly endSession: string | undefined;
  /** Whether responses name their issuer (RFC 9207). */
  readonly namesIssuer: boolean;
}

/** Milliseconds. */
const KEEP = 10 * 60_000;
/** After a failure, further requests get the same result for this long, so that they do not load the provider. */
const PAUSE = 1000;

export class ProviderMetadata {
  readonly #issuer: string;
  readonly #now: () => number;
  #found: ProviderEndpoints | undefined;
  #failure: Error | undefined;
  /** When the current result ends. */
  #until = 0;
  #fetching: Promise<ProviderEndpoints> | undefined;

  constructor(issuer: string, now: () => number = Date.now) {
    this.#issuer = issuer;
    this.#now = now;
  }

  /** @throws Error with the reason, without an address */
  async endpoints(): Promise<ProviderEndpoints> {
    if (this.#now() >= this.#until) {
      this.#fetching ??= this.#fetch().finally(() => {
        this.#fetching = undefined;
      });
      return this.#fetching;
    }
    if (this.#found === undefined) throw this.#failure;
    return this.#found;
  }

  async #fetch(): Promise<ProviderEndpoints> {
    try {
      this.#found = await discover(this.#issuer, readEndpoints);
      this.#until = this.#now() + KEEP;
    } catch (error) {
      this.#failure = error as Error;
      this.#until = this.#now() + PAUSE;
      if (this.#found === undefined) throw error;
    }
    return this.#found;
  }
}

function readEndpoints(value: unknown, issuer: string): ProviderEndpoints {
  const metadata = metadataOf(value, issuer);
  const endpoint = (member: string, what: string) => endpointOf(metadata, issuer, member, what);
  return {
    authorization: endpoint('authorization_endpoint', 'sign-in page'),
    token: endpoint('token_endpoint', 'token endpoint'),
    endSession:
      metadata.end_session_endpoint === undefined
        ? undefined
        : endpoint('end_session_endpoint', 'sign-out page'),
    namesIssuer: metadata.authorization_response_iss_parameter_supported === true,
  };
}
