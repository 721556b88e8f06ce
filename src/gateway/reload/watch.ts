/**
 * Polls the files and URLs of a gateway. Polling file metadata also detects editors that replace the file, mounted
 * volumes, and symbolic links that change.
 */
import { isUrl } from '../../config/yaml/source-location.ts';
import { DOCUMENT_RETRY } from '../routing/unavailable-services.ts';
import { versionOf } from './read-source.ts';

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
    if (now !== applied && !isStable) return;
    const isDue = urls > 0 && options.places().some(isUrl) && performance.now() - checkedAt >= pause(urls);
    // Polling may have stopped while the files were read.
    if (isStopped || (now === applied && !isDue)) return;
    applied = now;
    checkedAt = performance.now();
    await options.reload();
  };
  const pause = (urls: number): number => (options.isRefused() ? Math.min(urls, DOCUMENT_RETRY) : urls);

  const schedule = (): void => {
    if (isStopped) return;
    const { files, urls } = options.intervals();
    const interval = Math.min(files || DOCUMENT_RETRY, urls || DOCUMENT_RETRY, DOCUMENT_RETRY);
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
