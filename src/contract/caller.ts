/** Who sends a request, as its credentials prove. Steps, services and handlers see this instead of credentials. */

export interface Caller {
  /** Identifies the caller across requests and tokens: a hash, so that it may be part of keys and logs. */
  readonly id: string;
  /** Who vouches for the subject: the issuer of a token; empty for other credentials. */
  readonly issuer: string;
  /** The user, the program or the key, as the issuer names it. */
  readonly subject: string;
  /** The program that sends the request, if the credentials name it. */
  readonly client: string | undefined;
  /** The scopes that the credentials grant, by the name of their security scheme in OpenAPI documents. */
  readonly grants: Grants;
  /** When the credentials end, in milliseconds since 1970; `Infinity` if they do not. */
  readonly expiresAt: number;
  /** What else the credentials say: the claims of a token; empty for other credentials. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Scopes by the name of the security scheme. A scheme without scopes has an empty set. */
export type Grants = ReadonlyMap<string, ReadonlySet<string>>;

export const NO_GRANTS: Grants = new Map();
