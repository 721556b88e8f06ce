/**
 * Explains why a call failed, for the log and the status page: the code of Node, OpenSSL or undici, and its
 * meaning. The message of the error is not used, because it contains addresses.
 */

const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name could not be resolved',
  ETIMEDOUT: 'the connection was not established in time',
  UND_ERR_CONNECT_TIMEOUT: 'the connection was not established in time',
  EHOSTUNREACH: 'no network route leads to it',
  ENETUNREACH: 'no network route leads to it',
  EADDRNOTAVAIL: 'no local port is free',
  EMFILE: 'this process has too many open files',
  ENFILE: 'this process has too many open files',
  ECONNRESET: 'it reset the connection',
  EPIPE: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_BODY_TIMEOUT: 'the body paused for too long',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the body is shorter than its Content-Length',
  EPROTO: 'the TLS handshake failed',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not use TLS at this port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not use TLS at this port',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed and not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain is self-signed and not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the issuer of its certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'the issuer of its certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the issuer of its certificate is not trusted',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_SIGNATURE_FAILURE: 'the signature of its certificate is wrong',
  INVALID_PURPOSE: 'its certificate is not for servers',
  INVALID_CA: 'the issuer of its certificate is not an authority',
  CERT_UNTRUSTED: 'the issuer of its certificate is not trusted',
  CERT_REVOKED: 'its certificate is revoked',
  HOSTNAME_MISMATCH: 'its certificate is for another name',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it requires a client certificate',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not trust the issuer of the client certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'it does not accept the client certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'it does not accept the client certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'the client certificate has expired',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it accepts no version of TLS that is offered',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it offers no version of TLS that is accepted',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'it refused the TLS handshake',
  ENOSPC: 'no space is left on the disk',
  EROFS: 'the disk is read-only',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk has failed',
  // Error codes of PostgreSQL, appendix A.
  '53100': 'no space is left on the disk',
  '53300': 'the database has too many connections',
};

/** Codes of failed handshakes, and of certificates that are not accepted. */
const TLS_CODE =
  /^(?:EPROTO$|ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_PURPOSE$|INVALID_CA$|HOSTNAME_)/;

/** Whether a TLS connection could not be made. */
export const isTlsFailure = (error: unknown): boolean => TLS_CODE.test(causeCode(error) ?? '');

/** The error of undici for responses that are not HTTP. It has no code. */
const PARSER_ERROR = 'HTTPParserError';
/** The part of its message that describes the fault. */
const PARSER_DETAIL = /\(([\w ,./-]{1,80})\)$/;

/** Longer chains of causes are not followed. */
const MAX_CAUSES = 10;

/** The code of the error, or of the nearest cause that has one. */
export function causeCode(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && typeof current === 'object' && current !== null; depth++) {
    const { name, code, cause } = current as Partial<Record<'name' | 'code' | 'cause', unknown>>;
    if (name === PARSER_ERROR) return name;
    // Other values may contain data that a peer has sent.
    if (typeof code === 'string' && /^[A-Z0-9][A-Z0-9_]{1,60}$/.test(code)) return code;
    current = cause;
  }
  return undefined;
}

/** The meaning, followed by the code; undefined for unknown errors. */
export function causeText(error: unknown): string | undefined {
  const code = causeCode(error);
  if (code === undefined) return undefined;
  if (code === PARSER_ERROR) return PARSER_DETAIL.exec((error as Error).message)?.[1] ?? code;
  const meaning = Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined;
  return meaning === undefined ? code : `${meaning}, ${code}`;
}
