/**
 * `/docs`: Swagger UI over the public document, from local files only. Its server is `/`, so that what is tried
 * goes through the gateway that served the page.
 *
 * Sends 200, 304, 404. Of swagger-ui-dist only what the page needs: its own index.html asks another host.
 */
import { createHash } from 'node:crypto';
import type { RequestHandler, Router } from 'express';
import swaggerUi from 'swagger-ui-express';
import { cache, entity, get, HTML, send } from '../../http/entity.ts';
import { siteHeader } from '../../http/page/layout.ts';
import { dataSecurity } from '../../http/page/security.ts';
import { pathOf as sitePathOf } from '../../http/page/site-files.ts';
import { pathOf } from './assets.ts';

const FILES = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js',
  'favicon-16x16.png',
  'favicon-32x32.png',
];
const INIT = '/docs/swagger-ui-init.js';

const fileHeaders = { ...dataSecurity, 'Cache-Control': cache.files };

const options = {
  customSiteTitle: 'Swagger UI · linkway',
  customfavIcon: sitePathOf('linkway.svg'),
  customCssUrl: pathOf('docs.css'),
  customJs: pathOf('docs.js'),
  swaggerUrl: '/openapi.json',
  swaggerOptions: {
    layout: 'BaseLayout',
    deepLinking: true,
    displayOperationId: true,
    displayRequestDuration: true,
    filter: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
  },
};

export function docs(router: Router): void {
  const made = page();
  const [init, files] = swaggerUi.serveFiles(undefined, options) as [RequestHandler, RequestHandler];
  get(router, '/docs', (req, res) => send(req, res, made));
  get(router, INIT, (req, res, next) => {
    res.set(fileHeaders);
    return init(req, res, next);
  });
  for (const name of FILES) {
    get(router, `/docs/${name}`, (req, res, next) => {
      res.set(fileHeaders);
      req.url = `/${name}`;
      return files(req, res, next);
    });
  }
}

/** swagger-ui-express writes paths for `/docs/`; the page stands at `/docs`, where its links are shared. */
function page() {
  const text = swaggerUi
    .generateHTML(undefined, options)
    .trim()
    .replace(/^<!--.*?-->\s*/, '')
    .replaceAll('"./', '"/docs/')
    .replace('<head>', '<head>\n<meta name="viewport" content="width=device-width, initial-scale=1">')
    .replace('<body>', `<body>\n${siteHeader('/docs')}`);
  return entity(HTML, text, { 'Content-Security-Policy': contentPolicy(text) });
}

/** The few inline styles of the page are allowed by their hashes (CSP level 3 §6.7); no script is inline. */
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
