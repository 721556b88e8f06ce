/**
 * Serves the files of pages: style sheets, scripts, images. They are read once at start. Their path contains a hash
 * of their content, so that a browser may keep them without asking again (RFC 8246) and never combines a page with
 * the files of another release.
 *
 * Sends 200, 304. A path with another hash gets the current file, which may not be cached: gateway and services are
 * not always of the same release.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Router } from 'express';
import { cache, entity, get, send } from './entity.ts';

/** The folder of all page files. The gateway reserves its first segment. */
const FOLDER = '/docs';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

export interface PageFile {
  /** The path with the current hash. */
  readonly path: string;
  /** The route that matches the path with any hash. */
  readonly route: string;
  readonly type: string;
  readonly body: string;
}

/**
 * Reads the files of a folder, by name. An import in a script is rewritten to the path that the other script is
 * served at.
 * @param more URLs of files outside the folder, by the name that they are served under
 */
export function pageFiles(
  folder: URL,
  more: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, PageFile> {
  const elsewhere = new Map(Object.entries(more).map(([name, url]) => [name, new URL(url)]));
  const files = new Map<string, PageFile>();
  const add = (name: string): PageFile => {
    const existing = files.get(name);
    if (existing) return existing;
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
