/**
 * The addresses of the sign-in, below the reserved segment `explorer`. `/explorer/sign-in` leads to the provider, which
 * leads back to `/explorer/callback`. `/explorer/sign-out` ends the session in this browser.
 *
 * Reads `return`, a path to show after the sign-in, and `prompt=login` to be asked again. Sends 302 (RFC 9110 §15.4.3),
 * 303, 400, 403 for a sign-out that no page of this server sends, 405, 503 while the provider does not respond.
 */
import type { Request, Response, Router } from 'express';
import { Problem } from '../../../contract/problem.ts';
import { crossSite, methodNotAllowed } from '../../../contract/problems.ts';
import { isOwnRequest } from '../../../http/own-request.ts';
import { cache, entity, get, HTML, send } from '../../../http/page/entity.ts';
import { html } from '../../../http/page/html.ts';
import { layout } from '../../../http/page/layout.ts';
import { dataSecurity } from '../../../http/page/security.ts';
import { removedCookie, SESSION_COOKIE } from '../../../security/sign-in/cookies.ts';
import {
  CALLBACK_PATH,
  SIGN_IN_PATH,
  SIGN_OUT_PATH,
  SIGNED_OUT_PATH,
} from '../../../security/sign-in/paths.ts';
import type { Redirect, SignIn } from '../../../security/sign-in/sign-in.ts';
import { signInStateOf } from '../../../security/sign-in/signed-in.ts';
import { pageOrigin } from '../page-origin.ts';

const NEVER = { 'Cache-Control': cache.never };

export function signInPages(router: Router, signIn: SignIn): void {
  get(router, SIGN_IN_PATH, async (req, res) => {
    const query = queryOf(req);
    const returnTo = query.get('return');
    const asksAgain = query.get('prompt') === 'login';
    redirect(
      res,
      302,
      await signIn.begin(pageOrigin(req), { ...(returnTo !== null && { returnTo }), asksAgain }),
    );
  });
  get(router, CALLBACK_PATH, async (req, res) =>
    redirect(res, 303, await signIn.finish(pageOrigin(req), queryOf(req), signInStateOf(req).cookie)),
  );
  router
    .route(SIGN_OUT_PATH)
    .post((req, res) => {
      const origin = pageOrigin(req);
      if (!isOwnRequest(req, origin))
        throw new Problem(crossSite, 'Only pages of this server may sign a person out.');
      const cookies = [removedCookie(SESSION_COOKIE, origin.startsWith('https:'))];
      redirect(res, 303, { location: SIGNED_OUT_PATH, cookies });
    })
    .all((req) => {
      throw new Problem(methodNotAllowed, `${req.path} only accepts POST.`, { headers: { Allow: 'POST' } });
    });
  get(router, SIGNED_OUT_PATH, async (req, res) => {
    const elsewhere = await signIn.providerSignOut(pageOrigin(req));
    send(req, res, entity(HTML, signedOutPage(signIn.provider, elsewhere), NEVER));
  });
}

const queryOf = ({ originalUrl }: Request): URLSearchParams =>
  new URLSearchParams(originalUrl.split('?', 2)[1] ?? '');

function redirect(res: Response, status: number, { location, cookies }: Redirect): void {
  res.status(status).set({ ...dataSecurity, ...NEVER, Location: location });
  res.append('Set-Cookie', [...cookies]);
  res.end();
}

const signedOutPage = (provider: string, elsewhere: string | undefined): string =>
  layout({
    title: 'Signed out · linkway',
    current: SIGNED_OUT_PATH,
    content: html`<h1>You are signed out</h1>
<p class="lead">Pages of this server do not know you any more.</p>
<p><a class="button" href="${SIGN_IN_PATH}?prompt=login">Sign in again</a></p>
${
  elsewhere !== undefined &&
  html`<p>You may still be signed in at ${provider}. <a href="${elsewhere}">Sign out there too</a></p>`
}`,
  });
