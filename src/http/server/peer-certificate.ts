/** The certificate that the client of a request has shown (RFC 8446 §4.4.2), over HTTP/1.1 and HTTP/2 alike. */
import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

export interface PeerCertificate {
  /** Undefined where the client has none, or was not asked for one. */
  readonly certificate: X509Certificate | undefined;
  /** Whether an issuer of `tls.clientCa` has signed it, and it was valid when the connection was opened. */
  readonly authorized: boolean;
  /** Why it is not accepted, as a code of OpenSSL such as `CERT_HAS_EXPIRED`. */
  readonly error: string | undefined;
}

const NONE: PeerCertificate = { certificate: undefined, authorized: false, error: undefined };

/** Read once for each connection. */
const known = new WeakMap<object, PeerCertificate>();

export function peerCertificateOf({ socket }: Pick<IncomingMessage, 'socket'>): PeerCertificate {
  const tls = tlsSocketOf(socket);
  if (tls === undefined) return NONE;
  let peer = known.get(tls);
  if (peer === undefined) {
    peer = read(tls);
    known.set(tls, peer);
  }
  return peer;
}

/** The socket of a stream of HTTP/2 has the socket of its connection. */
export function tlsSocketOf(socket: Socket & { readonly tls?: TLSSocket }): TLSSocket | undefined {
  if (socket.tls !== undefined) return socket.tls;
  return (socket as TLSSocket).encrypted ? (socket as TLSSocket) : undefined;
}

function read(tls: TLSSocket): PeerCertificate {
  const certificate = tls.getPeerX509Certificate();
  if (certificate === undefined) return NONE;
  const error = tls.authorizationError as unknown;
  return {
    certificate,
    authorized: tls.authorized,
    error: tls.authorized ? undefined : typeof error === 'string' ? error : 'UNKNOWN',
  };
}
