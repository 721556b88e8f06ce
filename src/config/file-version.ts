/** The version of a file by its metadata, so that a change is noticed without reading the file. */
import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

const MISSING = 'missing';

/** A version that changes when the file is modified or replaced. */
export async function versionOf(file: string): Promise<string> {
  try {
    return toVersion(await stat(file, { bigint: true }));
  } catch {
    return MISSING;
  }
}

/** The same at once, for files that are read at the start. */
export function versionOfSync(file: string): string {
  try {
    return toVersion(statSync(file, { bigint: true }));
  } catch {
    return MISSING;
  }
}

const toVersion = ({ mtimeNs, size, ino }: BigIntStats): string => `${mtimeNs} ${size} ${ino}`;
