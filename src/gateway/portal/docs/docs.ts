/**
 * `/docs`: Swagger UI for a public document, from local files only. It shows the document of all services, or the one
 * that `?urls.primaryName=` names (the parameter of Swagger UI itself). `?tag=` and `?path=` show a part. A document that
 * is too large to show at once starts with a list of its parts. The server is `/`, so that requests go through the gateway
 * that served the page.
 *
 * With `authentication.docs`, its dialog gets tokens by the authorization code flow with PKCE, and keeps them in memory.
 *
 * Reads `If-None-Match`. Sends 200, 304, 400, 404. Uses only the necessary files of swagger-ui-dist: its index.html loads
 * files from another host.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Router } from 'express';
import swaggerUi from 'swagger-ui-express';
import type { DocsSignInConfig } from '../../../config/policies/browser-sign-in.ts';
import { Problem } from '../../../contract/problem.ts';
import { notFound } from '../../../contract/problems.ts';
import { cache, type Entity, entity, get, HTML, send } from '../../../http/page/entity.ts';
import { html } from '../../../http/page/html.ts';
import { layout, siteHeader } from '../../../http/page/layout.ts';
import { siteFilePath as sitePathOf } from '../../../http/page/site-files.ts';
import { pathOf } from '../assets.ts';
import { lazy } from '../lazy.ts';
import { chooser, type IndexedDocument, isLarge, partsList, partsMenu, titleOf } from './document-list.ts';
import { operationsOfPart, type Part, partOf, queryOf } from './document-part.ts';
import type { PublishedDocument } from './published-documents.ts';
import { tokenOrigins } from './token-origins.ts';

const FILES = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'favicon-16x16.png': 'image/png',
  'favicon-32x32.png': 'image/png',
};

/** Where the provider leads the browser at the end of the flow. */
const REDIRECT_PATH = '/docs/oauth2-redirect.html';

interface OAuth extends DocsSignInConfig {
  /** Servers where the page gets tokens. */
  readonly origins: readonly string[];
}

const fileHeaders = { 'Cache-Control': cache.files };

/** Resolves swagger-ui-dist the way swagger-ui-express does. */
const dist = createRequire(import.meta.resolve('swagger-ui-express'));

export function docs(
  router: Router,
  published: readonly PublishedDocument[],
  signIn?: DocsSignInConfig | undefined,
): void {
  get(router, '/docs', async (req, res) => {
    const { 'urls.primaryName': name = '', ...query } = req.query;
    // The document of all services has no name and is the default.
    const found = published.find(({ service = '' }) => service === name);
    if (!found) throw new Problem(notFound, `There is no document named ${name}.`);
    const chosen = { ...found, index: await found.index() };
    const part = partOf(query);
    const isList = part === undefined && isLarge(chosen);
    if (isList) return send(req, res, listPage(published, chosen));
    const oauth = signIn && { ...signIn, origins: tokenOrigins(await found.document()) };
    send(req, res, swaggerPage(published, chosen, { part, oauth }));
  });
  for (const [name, type] of Object.entries(FILES)) {
    const file = lazy(async () =>
      entity(type, readFileSync(dist.resolve(`swagger-ui-dist/${name}`)), fileHeaders),
    );
    get(router, `/docs/${name}`, async (req, res) => send(req, res, await file()));
  }
  if (signIn) redirectPage(router);
}

/** The page in the window of the provider at the end of the flow: its script gives the code to Swagger UI. */
function redirectPage(router: Router): void {
  const name = 'oauth2-redirect.js';
  const script = entity(
    'text/javascript',
    readFileSync(dist.resolve(`swagger-ui-dist/${name}`)),
    fileHeaders,
  );
  const page = entity(
    HTML,
    html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Sign-in for Swagger UI</title></head>
<body><script src="/docs/${name}"></script></body></html>
`.text,
    // The page keeps its connection to the window of Swagger UI.
    { 'Cross-Origin-Opener-Policy': 'unsafe-none' },
  );
  get(router, `/docs/${name}`, (req, res) => send(req, res, script));
  get(router, REDIRECT_PATH, (req, res) => send(req, res, page));
}

const listPage = (published: readonly PublishedDocument[], chosen: IndexedDocument): Entity =>
  entity(
    HTML,
    layout({
      title: `${chosen.title} · Swagger UI · linkway`,
      current: '/docs',
      head: html`<link rel="stylesheet" href="${pathOf('parts.css')}">
<script src="${pathOf('parts.js')}" defer></script>
`,
      content: html`${chooser(published, chosen)}${partsList(chosen)}`,
    }),
  );

function swaggerPage(
  published: readonly PublishedDocument[],
  chosen: IndexedDocument,
  { part, oauth }: { part: Part | undefined; oauth: OAuth | undefined },
): Entity {
  if (part) operationsOfPart(chosen.index, part);
  const url = part ? `${chosen.path}?${queryOf(part)}` : chosen.path;
  const text = TEMPLATE.replace('<title>', () => html`<title>${titleOf(chosen, part)} · `.text)
    .replace(
      '<body>',
      () =>
        html`<body>
${siteHeader('/docs')}
${chooser(published, chosen)}${part && partsMenu(chosen, part)}`.text,
    )
    .replace(
      '<div id="swagger-ui">',
      () =>
        html`<div id="swagger-ui" data-url="${url}"${oauth && html` data-oauth="${settingsOf(oauth)}"`}>`
          .text,
    );
  if (oauth === undefined) return entity(HTML, text, { 'Content-Security-Policy': contentPolicy() });
  return entity(HTML, text, {
    'Content-Security-Policy': contentPolicy(oauth.origins),
    // The window of the provider keeps its connection to this page.
    'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
  });
}

/** swagger-ui-express writes paths relative to `/docs/`, but the page is served at `/docs`. */
const TEMPLATE = swaggerUi
  .generateHTML(undefined, {
    customSiteTitle: 'Swagger UI · linkway',
    customfavIcon: sitePathOf('linkway.svg'),
    customCssUrl: [pathOf('docs.css'), pathOf('parts.css')] as unknown as string,
    customJs: [pathOf('docs.js'), pathOf('parts.js')] as unknown as string,
  })
  .trim()
  .replace(/^<!--.*?-->\s*/, '')
  // `docs.js` replaces these scripts, for any document.
  .replaceAll(/<script src="\.\/swagger-ui-(init|standalone-preset)\.js"> <\/script>\n/g, '')
  .replaceAll('"./', '"/docs/')
  .replace('<head>', '<head>\n<meta name="viewport" content="width=device-width, initial-scale=1">');

const settingsOf = ({ clientId, scopes, parameters }: OAuth): string =>
  JSON.stringify({ clientId, scopes, parameters, redirect: REDIRECT_PATH });

/** Allows the inline styles of the page by hash (CSP level 3 §6.7). There are no inline scripts. */
const STYLES = styleSources(TEMPLATE);

function styleSources(text: string): string {
  const hash = (source = ''): string => `'sha256-${createHash('sha256').update(source).digest('base64')}'`;
  const blocks = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, source]) => hash(source));
  const attributes = [...text.matchAll(/\sstyle="([^"]*)"/g)].map(([, source]) => hash(source));
  return [...new Set([...blocks, ...attributes])].join(' ');
}

/** @param tokenOrigins servers where the page gets tokens */
function contentPolicy(tokenOrigins: readonly string[] = []): string {
  return [
    "default-src 'none'",
    ["connect-src 'self'", ...tokenOrigins].join(' '),
    "img-src 'self' data:",
    "script-src 'self'",
    `style-src 'self' 'unsafe-hashes' ${STYLES}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
