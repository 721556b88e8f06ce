/** Calculates how many client connections fit into the open files limit of the process. */
import { readFileSync } from 'node:fs';

/** Files that the process needs itself: its database, its documents, its logs. */
const RESERVED_FILES = 128;
/**
 * A client connection may need one connection to a service and, where that runs in the same process, its other end
 * too.
 */
const FILES_PER_CONNECTION = 3;
const MAX_CONNECTIONS = 10_000;

let cached: number | undefined;

export function defaultConnections(): number {
  cached ??= connectionsFor(openFiles(readLimits()));
  return cached;
}

/** @param files undefined where there is no limit, or it is unknown */
export const connectionsFor = (files: number | undefined): number =>
  files === undefined
    ? MAX_CONNECTIONS
    : Math.max(1, Math.min(MAX_CONNECTIONS, Math.floor((files - RESERVED_FILES) / FILES_PER_CONNECTION)));

/** @param limits content of `/proc/self/limits`; the soft limit applies */
export const openFiles = (limits: string): number | undefined => {
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
};

/** Only Linux has this file. The limits of other systems are rarely reached. */
function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
