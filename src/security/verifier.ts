/** Verifies the credentials of one security scheme: a token, an API key, a password or a client certificate. */

import type { CredentialPlace, CredentialSource } from './credentials.ts';

/** What valid credentials prove. */
export interface Identity {
  /** The issuer of a token; empty for other credentials. */
  readonly issuer: string;
  readonly subject: string;
  /** The program that uses the credentials, if they name it. */
  readonly client?: string | undefined;
  readonly scopes: ReadonlySet<string>;
  /** When the credentials end, in milliseconds since 1970; `Infinity` if they do not. */
  readonly expiresAt: number;
  /** The claims of a token. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The credentials are not valid. */
export interface Rejected {
  /** For the client: what is wrong, without details that help to forge credentials. */
  readonly rejected: string;
  /** For the log: the exact reason. It never contains the credentials. */
  readonly reason: string;
}

/** The credentials cannot be verified at the moment. */
export interface Unavailable {
  /** For the log: why. */
  readonly unavailable: string;
  /** Seconds after which a retry makes sense. */
  readonly retryAfter: number;
}

export type Verification = Identity | Rejected | Unavailable;

export interface Verifier {
  /**
   * Verifies credentials as the client sent them, such as the token after `Bearer`. Returns at once where the result
   * is known, because most requests have credentials that were verified before. Never throws and never rejects.
   * @param place where the credentials were, for schemes with several kinds
   */
  verify(credentials: string, place?: CredentialPlace): Verification | Promise<Verification>;
  /**
   * The identity of credentials that were verified before, at almost no cost, where the verifier can tell.
   * @param connection remembers its last credentials, because most requests of a connection have the same
   */
  known?(credentials: string, place?: CredentialPlace, connection?: object): Identity | undefined;
  /**
   * Verifies credentials that are no text of the request, such as the certificate of the connection.
   * @returns undefined if there are none
   */
  verifyRequest?(request: CredentialSource, isFromTrustedProxy: boolean): Verification | undefined;
  /** Why the scheme cannot verify anything at the moment, for `/status` and `/health`; undefined if it can. */
  fault?(): string | undefined;
  /** Why something is not as it should be, although the scheme still works, for `/health`. */
  warning?(): string | undefined;
  /** Ends background work. */
  close?(): void | Promise<void>;
}
