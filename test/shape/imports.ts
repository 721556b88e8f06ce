/** The imports of all files, type imports included. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Import {
  /** Path of the importing file from the root. */
  readonly from: string;
  /** Path from the root, or the name of a package. */
  readonly to: string;
}

/** Source files below a folder, as paths from the root. */
export const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));

export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const importsOf = (file: string): Import[] =>
  [...textOf(file).matchAll(/(?:from|import)\s*\(?\s*'([^'$]+)'/g)].map(([, to = '']) => ({
    from: file,
    to: to.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), to)) : to,
  }));

export const importsBelow = (...folders: readonly string[]): Import[] =>
  folders.flatMap(filesBelow).flatMap(importsOf);
