/**
 * Counts TLS handshakes that failed, by cause, and logs each cause once a minute. The causes are a fixed list, so that
 * clients cannot make the table grow. Codes are those of OpenSSL, whose alerts are in RFC 8446 §6.2.
 */
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';

const MINUTE = 60_000;

const CAUSES = {
  'plain-http': 'the client sent plain HTTP to the HTTPS port',
  'old-version': 'the client offers no version of TLS that is accepted',
  'no-shared-cipher': 'the client offers no cipher that is accepted',
  'no-shared-protocol': 'the client offers no application protocol that is accepted (ALPN)',
  'untrusted-by-client': 'the client does not trust the certificate of the gateway',
  'no-client-certificate': 'the client has no certificate',
  'expired-client-certificate': 'the certificate of the client has expired or is not valid yet',
  'unknown-client-ca': 'the issuer of the client certificate is not among those of tls.clientCa',
  'invalid-client-certificate': 'the certificate of the client is not accepted',
  timeout: 'the client did not finish the handshake in time',
  disconnected: 'the client closed the connection during the handshake',
  other: 'the handshake failed',
} as const;

export type HandshakeCause = keyof typeof CAUSES;

export interface HandshakeFailure {
  readonly cause: HandshakeCause;
  readonly meaning: string;
  readonly count: number;
}

const BY_CODE: readonly (readonly [pattern: RegExp, cause: HandshakeCause])[] = [
  [/^ERR_SSL_HTTP(?:S_PROXY)?_REQUEST$/, 'plain-http'],
  [
    /^ERR_SSL_(?:UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|TLSV1_ALERT_PROTOCOL_VERSION|INAPPROPRIATE_FALLBACK)$/,
    'old-version',
  ],
  [
    /^ERR_SSL_(?:NO_SHARED_CIPHER|NO_CIPHERS_\w+|NO_SHARED_GROUPS?|NO_SUITABLE_\w+|SSL\/TLS_ALERT_HANDSHAKE_FAILURE|SSLV3_ALERT_HANDSHAKE_FAILURE)$/,
    'no-shared-cipher',
  ],
  [/^ERR_SSL_NO_APPLICATION_PROTOCOL$/, 'no-shared-protocol'],
  [/^ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE$/, 'no-client-certificate'],
  [
    /^ERR_SSL_(?:SSL\/)?\w*(?:ALERT_UNKNOWN_CA|ALERT_BAD_CERTIFICATE|ALERT_CERTIFICATE_\w+|ALERT_UNSUPPORTED_CERTIFICATE)$/,
    'untrusted-by-client',
  ],
  [/^ERR_TLS_HANDSHAKE_TIMEOUT$/, 'timeout'],
  [/^(?:CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, 'expired-client-certificate'],
  [/^(?:UNABLE_TO_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/, 'unknown-client-ca'],
  [/^(?:CERT|INVALID|CRL|PATH|HOSTNAME)_\w+$/, 'invalid-client-certificate'],
  [/^(?:ECONNRESET|EPIPE|ETIMEDOUT|ERR_SSL_UNEXPECTED_EOF\w*)$/, 'disconnected'],
];

/** @param code of the error, or of the certificate that was refused */
export const handshakeCause = (code: string): HandshakeCause =>
  BY_CODE.find(([pattern]) => pattern.test(code))?.[1] ?? 'other';

interface Logged {
  readonly at: number;
  suppressed: number;
}

export class HandshakeFailures {
  readonly #counts = new Map<HandshakeCause, number>();
  readonly #logged = new Map<HandshakeCause, Logged>();
  readonly #log: Pick<Logger, 'warn'>;

  constructor(log: Pick<Logger, 'warn'>) {
    this.#log = log;
  }

  /** Records the error of `tlsClientError`. Node only closes the connection of a client certificate that it refuses. */
  record({ code = '' }: NodeJS.ErrnoException, socket: Pick<TLSSocket, 'authorizationError'>): void {
    const refusal = socket.authorizationError as unknown;
    const found = typeof refusal === 'string' ? refusal : code;
    const cause = handshakeCause(found);
    this.#counts.set(cause, (this.#counts.get(cause) ?? 0) + 1);
    const now = performance.now();
    const logged = this.#logged.get(cause);
    if (logged && now - logged.at < MINUTE) {
      logged.suppressed += 1;
      return;
    }
    this.#logged.set(cause, { at: now, suppressed: 0 });
    this.#log.warn(
      {
        cause,
        ...(/^[A-Z0-9_/]{1,80}$/.test(found) && { code: found }),
        ...(logged && logged.suppressed > 0 && { suppressed: logged.suppressed }),
      },
      `a TLS handshake failed: ${CAUSES[cause]}`,
    );
  }

  /** The causes that have occurred. */
  counts(): readonly HandshakeFailure[] {
    return [...this.#counts].map(([cause, count]) => ({ cause, meaning: CAUSES[cause], count }));
  }
}
