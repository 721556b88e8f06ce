/** Serves the static files of the pages: shared files, files of the gateway, and files of the formats. */
import type { Router } from 'express';
import { pageFiles, servePageFiles } from '../../http/page/files.ts';
import { siteFiles } from '../../http/page/site-files.ts';
import { formats } from '../../hypermedia/formats/index.ts';

const ownFiles = pageFiles(new URL('./assets/', import.meta.url), {
  'idiomorph.js': import.meta.resolve('idiomorph'),
});

export const pathOf = (
  name: 'copy.js' | 'docs.css' | 'docs.js' | 'parts.css' | 'parts.js' | 'status.css' | 'status.js',
): string => ownFiles.get(name)?.path ?? '';

export function assets(router: Router): void {
  const formatFiles = formats.flatMap(({ rendering }) => rendering?.files ?? []);
  servePageFiles(router, [...siteFiles.values(), ...ownFiles.values(), ...formatFiles]);
}
