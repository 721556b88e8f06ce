/**
 * Identifies clients by their TLS certificates (RFC 8705 §2): those of connections to this server, and those that a
 * trusted proxy passes on in `Client-Cert` (RFC 9440).
 *
 * OpenSSL verifies the certificates of connections. Here the authority is checked once more, because a listener accepts
 * the authorities of all schemes, and a proxy may accept others.
 */
import { createHash, type X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import type { ClientCertificateScheme } from '../../config/policies/client-certificate-scheme.ts';
import { WatchedFile } from '../../config/watched-file.ts';
import { LruCache } from '../../http/lru-cache.ts';
import { FileVerifier } from '../file-verifier.ts';
import { sha256 } from '../sha256.ts';
import type { Identity, Rejected, Verification } from '../verifier.ts';
import {
  isSignedBy,
  isWithin,
  parseAuthorities,
  parseCertificate,
  type Validity,
  validityOf,
} from './authorities.ts';
import { normalizeSubject, subjectsOf } from './subject.ts';

/** As much of a certificate of `TLSSocket.getPeerCertificate(true)` as is needed. */
interface PeerCertificate {
  /** DER; undefined where the client sent no certificate. */
  readonly raw?: Buffer | undefined;
  /** The certificate that signed it, which refers to itself at the root. */
  readonly issuerCertificate?: PeerCertificate | undefined;
}

/** As much of a `TLSSocket` as is needed. */
export interface TlsPeer {
  /** Whether the certificate was verified. */
  readonly authorized: boolean;
  readonly authorizationError?: Error | string | null | undefined;
  getPeerCertificate(detailed: true): PeerCertificate;
}

export interface ClientCertificateOptions {
  /**
   * Whether the listener accepts the authorities of this scheme only. Then OpenSSL has checked the authority, and
   * clients may send intermediate certificates, which Node does not show on the side of the server.
   */
  readonly isOnlyScheme?: boolean | undefined;
  /** The folder of `gateway.yaml`. */
  readonly folder: string;
  /** Milliseconds between two checks of the file of authorities; 0 disables them. */
  readonly interval?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

type Authorities = readonly X509Certificate[];

/** What does not change for a certificate, while the authorities are the same. */
interface Checked {
  readonly authorities: Authorities;
  readonly verification: Identity | Rejected;
  /** When the certificate begins and ends to be valid, in milliseconds since 1970. */
  readonly validity: Validity;
}

const INVALID = 'The client certificate is not valid.';

const reject = (reason: string, rejected = INVALID): Rejected => ({ rejected, reason });

const NOT_SIGNED = reject(
  'no authority of clientCa has signed the certificate; add the intermediate authority, if there is one',
);

const MAX_CA_BYTES = 1024 ** 2;

/** Certificates of a connection that are looked at. */
const MAX_CHAIN = 10;

/** The purpose of certificates for clients (RFC 5280 §4.2.1.12). */
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

/** A byte sequence of structured fields (RFC 9651 §3.3.5), of at most 16 KB. */
const BYTE_SEQUENCE = /^:((?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?):$/;
const MAX_HEADER_LENGTH = 16_384;
const NO_CERTIFICATE = 'Client-Cert is not one certificate (RFC 9440)';

/** Certificates of headers that are remembered, because a proxy sends them with each request. */
const MAX_HEADERS = 1000;

export class ClientCertificateVerifier extends FileVerifier<Authorities> {
  readonly #scheme: ClientCertificateScheme;
  readonly #now: () => number;
  readonly #isOnlyScheme: boolean;
  /** The scopes of each allowed subject; undefined where all are allowed. */
  readonly #allowed: ReadonlyMap<string, readonly string[]> | undefined;
  readonly #connections = new WeakMap<TlsPeer, Checked>();
  /** By the SHA-256 of the header. */
  readonly #headers = new LruCache<Checked>({ maxBytes: MAX_HEADERS, bytesOf: () => 1 });

  constructor(
    scheme: ClientCertificateScheme,
    { folder, interval, isOnlyScheme = false, now = Date.now }: ClientCertificateOptions,
  ) {
    const { clientCa, subject, allowed } = scheme;
    const file = resolve(folder, clientCa);
    super(
      new WatchedFile({ file, parse: parseAuthorities, maxBytes: MAX_CA_BYTES, interval }),
      'authorities',
    );
    this.#scheme = scheme;
    this.#now = now;
    this.#isOnlyScheme = isOnlyScheme;
    this.#allowed =
      allowed &&
      new Map(
        allowed.map((one): [string, readonly string[]] => {
          const entry = typeof one === 'string' ? { subject: one, scopes: [] } : one;
          return [normalizeSubject(entry.subject, subject), entry.scopes];
        }),
      );
  }

  /** @returns undefined where the client sent no certificate */
  verifyPeer(peer: TlsPeer): Verification | undefined {
    const authorities = this.value;
    const known = this.#connections.get(peer);
    if (known !== undefined && known.authorities === authorities) return this.#atThisTime(known);
    const chain = chainOf(peer);
    const [certificate, ...others] = chain;
    if (certificate === undefined) return undefined;
    if (!peer.authorized) return reject(`the certificate was not verified: ${reasonOf(peer)}`);
    if (authorities === undefined) return this.unavailable();
    const isSigned = this.#isOnlyScheme || isSignedBy(certificate, authorities, others, this.#now());
    const checked = this.#check(certificate, authorities, isSigned);
    this.#connections.set(peer, checked);
    return this.#atThisTime(checked);
  }

  /**
   * @param value of `Client-Cert`. Only a request of a proxy in the list `trustedProxies` may have it: any other client
   * could send the certificate of somebody else, which is public.
   * @returns undefined where the scheme does not use the header, or there is none
   */
  verifyHeader(value: string | undefined, isFromTrustedProxy: boolean): Verification | undefined {
    if (value === undefined || !this.#scheme.header) return undefined;
    if (!isFromTrustedProxy) return reject('Client-Cert does not come from one of trustedProxies');
    const authorities = this.value;
    if (authorities === undefined) return this.unavailable();
    if (value.length > MAX_HEADER_LENGTH) return reject(NO_CERTIFICATE);
    const key = sha256(value);
    const known = this.#headers.get(key);
    if (known?.authorities === authorities) return this.#atThisTime(known);
    const text = BYTE_SEQUENCE.exec(value.trim())?.[1];
    const certificate = text ? parseCertificate(Buffer.from(text, 'base64')) : undefined;
    if (certificate === undefined) return reject(NO_CERTIFICATE);
    const isSigned = isSignedBy(certificate, authorities, [], this.#now());
    const checked = this.#check(certificate, authorities, isSigned);
    this.#headers.set(key, checked);
    return this.#atThisTime(checked);
  }

  /** A connection may last longer than its certificate. */
  #atThisTime({ verification, validity }: Checked): Verification {
    if (isWithin(validity, this.#now())) return verification;
    return reject('the certificate has expired or is not valid yet', 'The client certificate has expired.');
  }

  #check(certificate: X509Certificate, authorities: Authorities, isSigned: boolean): Checked {
    const validity = validityOf(certificate);
    const verification = isSigned ? this.#identify(certificate, validity) : NOT_SIGNED;
    return { authorities, verification, validity };
  }

  #identify(certificate: X509Certificate, { end }: Validity): Identity | Rejected {
    if (certificate.keyUsage && !certificate.keyUsage.includes(CLIENT_AUTHENTICATION))
      return reject('the certificate is not for clients (extended key usage)');
    const { subject: kind, scopes } = this.#scheme;
    const subjects = subjectsOf(certificate, kind);
    const subject = this.#allowed ? subjects.find((one) => this.#allowed?.has(one)) : subjects[0];
    if (subject === undefined)
      return reject(
        subjects.length === 0
          ? `the certificate has no subject of the kind ${kind}`
          : `the subject ${JSON.stringify(subjects.slice(0, 5))} is not in the list of allowed ones`,
        subjects.length === 0 ? INVALID : 'The client certificate is not allowed.',
      );
    return {
      issuer: '',
      subject,
      scopes: new Set([...scopes, ...(this.#allowed?.get(subject) ?? [])]),
      expiresAt: end,
      // The confirmation that a token would have to be bound to this certificate (RFC 8705 §3.1).
      claims: { cnf: { 'x5t#S256': thumbprint(certificate.raw) } },
    };
  }
}

/** The thumbprint of a certificate (RFC 8705 §3.1). @param der its DER encoding */
export const thumbprint = (der: Buffer): string => createHash('sha256').update(der).digest('base64url');

/** The certificate of the client, and those between it and its authority. */
function chainOf(peer: TlsPeer): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next: PeerCertificate | undefined = peer.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < MAX_CHAIN) {
    const certificate = parseCertificate(next.raw);
    if (certificate === undefined) break;
    chain.push(certificate);
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return chain;
}

const reasonOf = ({ authorizationError }: TlsPeer): string => {
  if (authorizationError instanceof Error) return authorizationError.message;
  return authorizationError || 'no reason is known';
};
