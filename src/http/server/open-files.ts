/** How many connections of clients fit into the files that the process may open. */
import { readFileSync } from 'node:fs';

/** Those of the process itself: its database, its documents, its logs. */
const RESERVED_FILES = 128;
/** A connection of a client can need one to a service, and where that is in the same process, its other end too. */
const FILES_PER_CONNECTION = 3;
const MAX_CONNECTIONS = 10_000;

let cached: number | undefined;

export function defaultConnections(): number {
  cached ??= connectionsFor(openFiles(readLimits()));
  return cached;
}

/** @param files undefined where there is no limit, or none is known */
export const connectionsFor = (files: number | undefined): number =>
  files === undefined
    ? MAX_CONNECTIONS
    : Math.max(1, Math.min(MAX_CONNECTIONS, Math.floor((files - RESERVED_FILES) / FILES_PER_CONNECTION)));

/** @param limits as Linux tells them; the soft one is what holds */
export const openFiles = (limits: string): number | undefined => {
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
};

/** Only Linux has them in a file; what other systems allow is seldom less than is used. */
function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
