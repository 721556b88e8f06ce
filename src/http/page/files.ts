/**
 * The files of pages: style sheets, scripts, images. Read once at start and served under a name that has their
 * content in it, so that a browser keeps them for ever (RFC 8246) and never shows a page with files of another day.
 *
 * Sends 200, 304. A name with another hash is the file as it is now, not to be kept: gateway and services are not
 * always of the same day.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Router } from 'express';
import { cache, entity, get, send } from './entity.ts';

/** Where they are; the gateway owns its first segment. */
const FOLDER = '/docs';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

export interface PageFile {
  /** Where it is now. */
  readonly path: string;
  /** Where it is with whatever hash. */
  readonly route: string;
  readonly type: string;
  readonly body: string;
}

/**
 * The files of a folder by name; a script that imports another asks for it by the name that it is served under.
 * @param more files from elsewhere, as if they stood in the folder
 */
export function pageFiles(
  folder: URL,
  more: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, PageFile> {
  const elsewhere = new Map(Object.entries(more).map(([name, url]) => [name, new URL(url)]));
  const files = new Map<string, PageFile>();
  const add = (name: string): PageFile => {
    const known = files.get(name);
    if (known) return known;
    const source = readFileSync(elsewhere.get(name) ?? new URL(name, folder), 'utf8');
    const body = source.replaceAll(
      /(?<= from ')\.\/([\w-]+\.js)(?=')/g,
      (_, other: string) => add(other).path,
    );
    const created = pageFile(name, body);
    files.set(name, created);
    return created;
  };
  for (const name of [...elsewhere.keys(), ...readdirSync(folder)]) add(name);
  return files;
}

function pageFile(name: string, body: string): PageFile {
  const extension = extname(name);
  const stem = `${FOLDER}/${name.slice(0, -extension.length)}`;
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 10);
  return {
    path: `${stem}.${hash}${extension}`,
    route: `${stem}.:hash${extension}`,
    type: TYPES[extension] ?? 'application/octet-stream',
    body,
  };
}

export function servePageFiles(router: Router, files: Iterable<PageFile>): void {
  for (const { path, route, type, body } of files) {
    const immutable = entity(type, body, { 'Cache-Control': cache.immutable });
    const current = entity(type, body);
    get(router, route, (req, res) => send(req, res, req.path === path ? immutable : current));
  }
}
