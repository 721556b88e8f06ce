/**
 * Turns the session cookie of a browser into the credentials that all later steps know: `Authorization: Bearer`. The
 * cookies of the sign-in itself never reach a service.
 *
 * Reads `Cookie`, `Authorization`, `Origin`, `Sec-Fetch-*`. Sends `Vary: Cookie` and `Cache-Control: private` where the
 * response depends on the session, and removes a cookie that is not valid any more.
 *
 * Browsers send cookies on their own, so the session counts only if the request cannot come from a page of another
 * site: changes need the evidence that a page of this server sends them, whatever `crossSite` or `cors` allow. Other
 * requests continue without it.
 */
import type { IncomingMessage } from 'node:http';
import { privateHeaders } from '../../http/headers/private-response.ts';
import { fieldOf } from '../../http/headers/raw-headers.ts';
import { addVary, varyNames } from '../../http/headers/vary.ts';
import { isOwnRequest } from '../../http/own-request.ts';
import type { Step } from '../../http/server/pipeline.ts';
import { type HeadHook, onHead } from '../../http/server/response-head.ts';
import type { TrustProxy } from '../../http/server/trust-proxy.ts';
import {
  mentionsSignIn,
  removedCookie,
  SESSION_COOKIE,
  withoutSignIn,
  withoutSignInCookies,
} from '../../security/sign-in/cookies.ts';
import type { SignIn } from '../../security/sign-in/sign-in.ts';
import { setSignInState } from '../../security/sign-in/signed-in.ts';
import { originOf } from '../proxy/origin.ts';

export interface BrowserSessionOptions {
  readonly signIn: Pick<SignIn, 'session'>;
  readonly trustProxy: TrustProxy;
}

const VARY = ['Cookie'];

export const browserSession = ({ signIn, trustProxy }: BrowserSessionOptions): Step =>
  function browserSession(req, res, next) {
    const { cookie } = req.headers;
    if (!mentionsSignIn(cookie)) {
      onHead(res, varyLikeAuthorization);
      return next();
    }
    const origin = originOf(req, trustProxy(req.socket.remoteAddress));
    const isSecure = origin.startsWith('https:');
    const found = signIn.session(cookie, isSecure);
    const session = found !== undefined && isOwnRequest(req, origin) ? found : undefined;
    setSignInState(req, { cookie, session });
    onHead(res, found === undefined ? varyLikeAuthorization : makePrivate);
    if (found === undefined && cookie.includes(SESSION_COOKIE))
      onHead(res, isSecure ? removeSecureCookie : removeCookie);
    if (session !== undefined && req.headers.authorization === undefined)
      addAuthorization(req, `Bearer ${session.token}`);
    removeCookies(req, cookie);
    next();
  };

const removalOf =
  (isSecure: boolean): HeadHook =>
  (_req, _res, head) =>
    void head.push('Set-Cookie', removedCookie(SESSION_COOKIE, isSecure));
const removeCookie = removalOf(false);
const removeSecureCookie = removalOf(true);

/** A response that depends on `Authorization` depends on the session too (RFC 9110 §12.5.5). */
const varyLikeAuthorization: HeadHook = (_req, res, head) => {
  if (varyNames(head, res).includes('authorization')) addVary(head, res, VARY);
};

/** No shared cache may store it: what it knows of the request is only the cookie. */
const makePrivate: HeadHook = (_req, res, head) => {
  const earlier = res.getHeader('cache-control');
  if (earlier !== undefined && fieldOf(head, 'cache-control') === undefined)
    head.push('Cache-Control', String(earlier));
  head.splice(0, head.length, ...privateHeaders(head, []));
  addVary(head, res, VARY);
};

/** Later steps read both. */
function addAuthorization(req: IncomingMessage, value: string): void {
  req.headers.authorization = value;
  req.rawHeaders.push('Authorization', value);
}

function removeCookies(req: IncomingMessage, cookie: string): void {
  const rest = withoutSignIn(cookie);
  if (rest === undefined) delete req.headers.cookie;
  else req.headers.cookie = rest;
  const raw = withoutSignInCookies(req.rawHeaders);
  req.rawHeaders.splice(0, req.rawHeaders.length, ...raw);
}
