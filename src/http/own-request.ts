/**
 * Whether credentials that a browser sends on its own, such as a session cookie, may count for a request: it has to come
 * from a page of this server, or a person navigates here without changing anything.
 *
 * Reads `Origin` (RFC 6454) and `Sec-Fetch-Site`, `-Mode`, `-Dest` (Fetch Metadata §2). Changes without either are not
 * trusted, in contrast to `same-site.ts`: no program but a browser has a session.
 */
import type { IncomingMessage } from 'node:http';
import { isSafe } from './same-site.ts';

/** @param ownOrigin the origin of this server, as the client sees it */
export function isOwnRequest(req: Pick<IncomingMessage, 'method' | 'headers'>, ownOrigin: string): boolean {
  const { origin, upgrade } = req.headers;
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = req.headers;
  // A WebSocket may change things, and its request always has an origin (RFC 6455 §4.1).
  if (upgrade !== undefined) return origin === ownOrigin;
  if (!isSafe(req)) return site === undefined ? origin === ownOrigin : site === 'same-origin';
  if (site === undefined) return origin === undefined || origin === ownOrigin;
  const isNavigation = mode === 'navigate' && destination === 'document';
  return site === 'same-origin' || site === 'none' || isNavigation;
}
