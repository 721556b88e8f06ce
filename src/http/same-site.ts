/**
 * Keeps pages of other sites from doing what the person before the browser may do. Reads `Sec-Fetch-Site` (Fetch
 * Metadata), and where there is none `Origin` (RFC 6454), against `Host`; sends 403. Over loopback a browser has to
 * have asked for a loopback name as well, as any name can be made to lead there. Programs send none of these.
 */
import type { Request, RequestHandler } from 'express';
import { Problem } from '../contract/problem.ts';
import { crossSite } from '../contract/problems.ts';

export const sameSite: RequestHandler = function sameSite(req, _res, next) {
  if (!isSameSite(req)) throw new Problem(crossSite, `${req.path} takes nothing from pages of other sites.`);
  next();
};

function isSameSite({ headers, socket }: Request): boolean {
  const { origin, host = '', 'sec-fetch-site': site } = headers;
  if (origin === undefined && site === undefined) return true;
  if (site === undefined ? URL.parse(origin ?? '')?.host !== host : !OWN.has(String(site))) return false;
  return !isLoopback(socket.localAddress ?? '') || isLocalName(URL.parse(`http://${host}`)?.hostname ?? '');
}

/** `none` is what a person does without a page, as in the address bar. */
const OWN: ReadonlySet<string> = new Set(['same-origin', 'none']);

const isLoopback = (address: string): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address);

/** Of a URL, which writes IPv6 in brackets and IPv4 with four numbers. */
const isLocalName = (host: string): boolean => /(?:^|\.)localhost$|^\[|^[\d.]+$/.test(host);
