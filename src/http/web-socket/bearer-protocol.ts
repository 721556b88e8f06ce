/**
 * Tokens of browsers, which cannot send `Authorization` with a WebSocket handshake. They offer the token as a subprotocol
 * `bearer.<token>`, which becomes the header that other clients send. A token in the query would be in logs and histories.
 *
 * A browser fails the connection if it offers subprotocols and the server selects none. A client without a subprotocol
 * of its own therefore also offers `bearer`, which is selected if the service selects nothing.
 */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../../contract/problem.ts';
import { badRequest } from '../../contract/problems.ts';
import { withoutHeaders } from '../headers/raw-headers.ts';

const HEADER = 'Sec-WebSocket-Protocol';
const FIELD = 'sec-websocket-protocol';
const FIELDS: ReadonlySet<string> = new Set([FIELD]);

/** The subprotocol that stands for no subprotocol. */
export const BEARER = 'bearer';
const PREFIX = 'bearer.';

type HandshakeHeaders = Pick<IncomingMessage, 'headers' | 'rawHeaders'>;

const offering = new WeakSet<HandshakeHeaders>();

/** Whether the client offered `bearer`, before `moveTokenToAuthorization` removed it. */
export const offeredBearer = (req: HandshakeHeaders): boolean => offering.has(req);

/**
 * Replaces the token among the offered subprotocols by `Authorization: Bearer`, and removes `bearer`, so that the service
 * sees the subprotocols of the application alone.
 * @throws Problem bad-request (400) for several tokens: the service may use another one than the gateway
 */
export function moveTokenToAuthorization(req: HandshakeHeaders): void {
  const offered = offeredProtocols(req);
  const tokens = offered.filter((name) => name.startsWith(PREFIX));
  const others = offered.filter((name) => name !== BEARER && !name.startsWith(PREFIX));
  if (others.length === offered.length) return;
  if (offered.includes(BEARER)) offering.add(req);
  const [token] = tokens;
  if (tokens.length > 1 || (token !== undefined && req.headers.authorization !== undefined))
    throw new Problem(badRequest, 'The request has more than one token.');
  const raw = withoutHeaders(req.rawHeaders, FIELDS);
  if (others.length > 0) raw.push(HEADER, others.join(', '));
  if (token !== undefined) raw.push('Authorization', `Bearer ${token.slice(PREFIX.length)}`);
  req.rawHeaders.splice(0, req.rawHeaders.length, ...raw);
  if (others.length > 0) req.headers[FIELD] = others.join(', ');
  else delete req.headers[FIELD];
  if (token !== undefined) req.headers.authorization = `Bearer ${token.slice(PREFIX.length)}`;
}

const offeredProtocols = ({ headers }: HandshakeHeaders): string[] =>
  (headers[FIELD] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
