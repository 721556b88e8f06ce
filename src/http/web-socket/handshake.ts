/**
 * The opening handshake of WebSocket (RFC 6455 §4) as a proxy sees it: which requests ask for it, what makes them invalid,
 * and whether a 101 accepts them.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Problem } from '../../contract/problem.ts';
import { badRequest, upgradeRequired } from '../../contract/problems.ts';
import { fieldOf, firstValue } from '../headers/raw-headers.ts';

/** The only version (RFC 6455 §4.1). */
const VERSION = '13';

/** A base64 text of 16 bytes (§4.1). */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/** §1.3. */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** As much of a request as the handshake needs. */
export type HandshakeRequest = Pick<
  IncomingMessage,
  'method' | 'httpVersionMajor' | 'httpVersionMinor' | 'headers'
>;

/**
 * Whether a request asks for WebSocket and nothing else. For any other `Upgrade` the request is handled as if it had none
 * (RFC 9110 §7.8). A request with a body is no handshake: its bytes would be taken for frames.
 */
export const asksForWebSocket = ({
  method,
  httpVersionMajor,
  httpVersionMinor,
  headers,
}: HandshakeRequest): boolean =>
  method === 'GET' &&
  httpVersionMajor === 1 &&
  httpVersionMinor === 1 &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined;

/** @throws Problem upgrade-required (426) for another version (§4.4); bad-request (400) for an invalid key */
export function checkHandshake({ headers }: Pick<IncomingMessage, 'headers'>): void {
  if (headers['sec-websocket-version'] !== VERSION)
    throw new Problem(upgradeRequired, `The only supported version of WebSocket is ${VERSION}.`, {
      headers: { Upgrade: 'websocket', 'Sec-WebSocket-Version': VERSION },
    });
  if (!KEY.test(headers['sec-websocket-key'] ?? ''))
    throw new Problem(badRequest, 'Sec-WebSocket-Key is missing or is not a base64 text of 16 bytes.');
}

/**
 * Whether a 101 accepts the handshake (§4.1), so that the connection speaks WebSocket from now on.
 * @param sent raw headers of the request
 * @param received raw headers of the response
 */
export const isAccepted = (sent: readonly string[], received: readonly string[]): boolean =>
  fieldOf(received, 'upgrade')?.trim().toLowerCase() === 'websocket' &&
  fieldOf(received, 'sec-websocket-accept')?.trim() === acceptOf(firstValue(sent, 'sec-websocket-key') ?? '');

export const acceptOf = (key: string): string =>
  createHash('sha1')
    .update(key + ACCEPT_SUFFIX)
    .digest('base64');
