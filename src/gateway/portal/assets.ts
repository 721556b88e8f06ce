/** The files of the pages: those that all pages share, the gateway's own, and those of formats. */
import type { Router } from 'express';
import { pageFiles, servePageFiles } from '../../http/page/files.ts';
import { siteFiles } from '../../http/page/site-files.ts';
import { formats } from '../../hypermedia/formats/index.ts';

const own = pageFiles(new URL('./assets/', import.meta.url), {
  'idiomorph.js': import.meta.resolve('idiomorph'),
});

export const pathOf = (
  name: 'copy.js' | 'docs.css' | 'docs.js' | 'parts.css' | 'parts.js' | 'status.css' | 'status.js',
): string => own.get(name)?.path ?? '';

export function assets(router: Router): void {
  const ofFormats = formats.flatMap(({ rendering }) => rendering?.files ?? []);
  servePageFiles(router, [...siteFiles.values(), ...own.values(), ...ofFormats]);
}
