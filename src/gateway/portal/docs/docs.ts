/**
 * `/docs`: Swagger UI for a public document, from local files only. It shows the document of all services, or the one
 * that `?urls.primaryName=` names (the parameter of Swagger UI itself). `?tag=` and `?path=` show a part. A document that
 * is too large to show at once starts with a list of its parts. The server is `/`, so that requests go through the gateway
 * that served the page.
 *
 * Reads `If-None-Match`. Sends 200, 304, 400, 404. Uses only the necessary files of swagger-ui-dist: its index.html loads
 * files from another host.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Router } from 'express';
import swaggerUi from 'swagger-ui-express';
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

const FILES = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'favicon-16x16.png': 'image/png',
  'favicon-32x32.png': 'image/png',
};

const fileHeaders = { 'Cache-Control': cache.files };

/** Resolves swagger-ui-dist the way swagger-ui-express does. */
const dist = createRequire(import.meta.resolve('swagger-ui-express'));

export function docs(router: Router, published: readonly PublishedDocument[]): void {
  get(router, '/docs', async (req, res) => {
    const { 'urls.primaryName': name = '', ...query } = req.query;
    // The document of all services has no name and is the default.
    const found = published.find(({ service = '' }) => service === name);
    if (!found) throw new Problem(notFound, `There is no document named ${name}.`);
    const chosen = { ...found, index: await found.index() };
    const part = partOf(query);
    const isList = part === undefined && isLarge(chosen);
    send(req, res, isList ? listPage(published, chosen) : swaggerPage(published, chosen, part));
  });
  for (const [name, type] of Object.entries(FILES)) {
    const file = lazy(async () =>
      entity(type, readFileSync(dist.resolve(`swagger-ui-dist/${name}`)), fileHeaders),
    );
    get(router, `/docs/${name}`, async (req, res) => send(req, res, await file()));
  }
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
  part: Part | undefined,
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
    .replace('<div id="swagger-ui">', () => html`<div id="swagger-ui" data-url="${url}">`.text);
  return entity(HTML, text, { 'Content-Security-Policy': POLICY });
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

const POLICY = contentPolicy(TEMPLATE);

/** Allows the inline styles of the page by hash (CSP level 3 §6.7). There are no inline scripts. */
function contentPolicy(text: string): string {
  const hash = (source = ''): string => `'sha256-${createHash('sha256').update(source).digest('base64')}'`;
  const blocks = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, source]) => hash(source));
  const attributes = [...text.matchAll(/\sstyle="([^"]*)"/g)].map(([, source]) => hash(source));
  return [
    "default-src 'none'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "script-src 'self'",
    `style-src 'self' 'unsafe-hashes' ${[...new Set([...blocks, ...attributes])].join(' ')}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
