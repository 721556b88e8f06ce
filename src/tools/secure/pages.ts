/** The pages of the demo provider: one style sheet, no scripts, no other hosts. */
import { type Html, html } from '../../http/page/html.ts';
import { pageSecurity } from '../../http/page/security.ts';
import { siteFiles } from '../../http/page/site-files.ts';
import type { DemoUsers } from './demo-users.ts';

export const STYLE_PATH = '/style.css';
export const style = siteFiles.get('linkway.css')?.body ?? '';

/** @param origins of the clients: a form ends with a redirect to one of them, which counts as its target */
export const pageHeaders = (origins: readonly string[]): Readonly<Record<string, string>> => ({
  ...pageSecurity(
    [
      "default-src 'none'",
      "style-src 'self'",
      "base-uri 'none'",
      `form-action 'self' ${origins.join(' ')}`.trim(),
      "frame-ancestors 'none'",
    ].join('; '),
  ),
  // Swagger UI opens the provider in a window that has to keep its connection to it.
  'Cross-Origin-Opener-Policy': 'unsafe-none',
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
});

const page = (title: string, content: Html): string =>
  html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · demo provider</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<main>
<p class="version">The demo provider of <code>npm run start:secure</code></p>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.text;

export const loginPage = (path: string, users: DemoUsers): string =>
  page(
    'Sign in',
    html`<p class="lead">Choose who you are. These people need no password, because they exist on this machine only.</p>
<form method="post" action="${path}"><ul class="cards">${Object.entries(users).map(
      ([id, { name, about, scopes }]) => html`<li class="card"><h2>${name}</h2>
<p>${name} ${about}.</p>
<p class="version">${scopes.map((scope) => html`<code>${scope}</code> `)}</p>
<p class="actions"><button class="button" name="user" value="${id}">Sign in as ${name}</button></p></li>`,
    )}</ul></form>`,
  );

/** @param form the empty form of the provider */
export const signOutPage = (form: Html): string =>
  page(
    'Sign out',
    html`<p class="lead">You are signed in here. Do you want to sign out?</p>
${form}
<p><button class="button" form="op.logoutForm" name="logout" value="yes">Sign out</button></p>`,
  );

export const signedOutPage = (): string =>
  page('You are signed out', html`<p class="lead">You can close this page.</p>`);

export const errorPage = (error: string, description: string): string =>
  page(
    'The sign-in cannot continue',
    html`<p class="lead">${description}</p>
<p class="version">Error <code>${error}</code></p>
<p>Go back to the page where you started, and sign in again.</p>`,
  );
