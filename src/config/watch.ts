/**
 * Polls files and URLs of the configuration. Polling file metadata also detects editors that replace the file, mounted
 * volumes, and symbolic links that change.
 */
import { versionOf } from './file-version.ts';
import { isUrl } from './yaml/source-location.ts';

/** Milliseconds after which a place is read again that was rejected or not available. */
export const RETRY_INTERVAL = 5000;

export interface WatchOptions {
  /** Files and URLs. */
  places(): readonly string[];
  /** Polling intervals in milliseconds; 0 disables polling. */
  intervals(): { readonly files: number; readonly urls: number };
  /** Whether a newest version was rejected or is not available. */
  isRefused(): boolean;
  reload(): Promise<unknown>;
}

/** @returns a function that stops polling */
export function watch(options: WatchOptions): () => void {
  let timer: NodeJS.Timeout;
  let lastSeen: string | undefined;
  let applied: string | undefined;
  let checkedAt = performance.now();
  let isStopped = false;

  const check = async (): Promise<void> => {
    const { files, urls } = options.intervals();
    const now = files === 0 ? applied : await versionsOf(options.places());
    const isStable = now === lastSeen;
    lastSeen = now;
    // A file that still changes is being written.
    if (isStopped || (now !== applied && !isStable)) return;
    const isDue = urls > 0 && options.places().some(isUrl) && performance.now() - checkedAt >= pause(urls);
    // Polling may have stopped while the files were read.
    if (isStopped || (now === applied && !isDue)) return;
    applied = now;
    checkedAt = performance.now();
    await options.reload();
  };
  const pause = (urls: number): number => (options.isRefused() ? Math.min(urls, RETRY_INTERVAL) : urls);

  const schedule = (): void => {
    // A check may have been running when the polling stopped.
    if (isStopped) return;
    const { files, urls } = options.intervals();
    const interval = Math.min(files || RETRY_INTERVAL, urls || RETRY_INTERVAL, RETRY_INTERVAL);
    timer = setTimeout(() => void check().finally(schedule), interval).unref();
  };
  schedule();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

const versionsOf = async (places: readonly string[]): Promise<string> =>
  (await Promise.all(places.filter((place) => !isUrl(place)).map(versionOf))).join('\n');
