/** `/docs/linkway.css` and the other files of the pages, read once at start. Sends 200, 304. */
import { readFileSync } from 'node:fs';
import type { Router } from 'express';
import { cache, entity, get, send } from './entity.ts';

const FILES = {
  'linkway.css': 'text/css',
  'linkway.svg': 'image/svg+xml',
  'docs.css': 'text/css',
  'docs.js': 'text/javascript',
  'status.js': 'text/javascript',
} as const;

const headers = { 'Cache-Control': cache.files };

export function assets(router: Router): void {
  for (const [name, type] of Object.entries(FILES)) {
    const file = entity(type, readFileSync(new URL(`./assets/${name}`, import.meta.url)), headers);
    get(router, `/docs/${name}`, (req, res) => send(req, res, file));
  }
}
