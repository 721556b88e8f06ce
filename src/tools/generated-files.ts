/** Files that commands of this folder write: what is stale is written, or only named with `--check`. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

export interface GeneratedFile {
  readonly path: string;
  /** Undefined where the file must not exist. */
  readonly text: string | undefined;
}

/**
 * Prints the path of each stale file and writes it.
 * @param remedy makes this a check: nothing is written, and a stale file prints the remedy and sets exit code 1
 */
export function writeStale(files: readonly GeneratedFile[], remedy?: string): void {
  const stale = files.filter(isStale);
  for (const file of stale) {
    const path = relative('', file.path);
    if (remedy === undefined) {
      write(file);
      process.stdout.write(`${path}\n`);
    } else process.stdout.write(`stale: ${path}\n`);
  }
  if (remedy !== undefined && stale.length > 0) {
    process.stderr.write(`linkway: ${remedy}\n`);
    process.exitCode = 1;
  }
}

function write({ path, text }: GeneratedFile): void {
  if (text === undefined) {
    rmSync(path);
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function isStale({ path, text }: GeneratedFile): boolean {
  try {
    return readFileSync(path, 'utf8') !== text;
  } catch {
    return text !== undefined;
  }
}
