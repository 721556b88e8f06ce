/** The files that every page uses. */
import { pageFiles } from './files.ts';

export const siteFiles = pageFiles(new URL('./assets/', import.meta.url));

export const siteFilePath = (name: 'linkway.css' | 'linkway.svg'): string => siteFiles.get(name)?.path ?? '';
