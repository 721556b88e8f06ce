/**
 * Looks at the files and URLs that a gateway is made of. By what the file system says of them, so that editors that
 * write another file, mounted volumes and links that are turned over are seen as well.
 */
import { isUrl } from '../../config/yaml/source-location.ts';
import { CONTRACT_RETRY } from '../routing/unavailable-services.ts';
import { versionOf } from './read-source.ts';

export interface Watched {
  /** Files and URLs. */
  places(): readonly string[];
  /** How often each is looked at, in milliseconds; 0 is never. */
  intervals(): { readonly files: number; readonly urls: number };
  /** Whether some URL gave nothing that is of use. */
  isRefused(): boolean;
  reload(): Promise<unknown>;
}

/** @returns what ends it */
export function watch(watched: Watched): () => void {
  let timer: NodeJS.Timeout;
  let seen: string | undefined;
  let taken: string | undefined;
  let askedAt = performance.now();

  const look = async (): Promise<void> => {
    const { files, urls } = watched.intervals();
    const now = files === 0 ? taken : await versionsOf(watched.places());
    const isStill = now === seen;
    seen = now;
    // What still changes is being written.
    if (now !== taken && !isStill) return;
    const isDue = urls > 0 && watched.places().some(isUrl) && performance.now() - askedAt >= pause(urls);
    if (now === taken && !isDue) return;
    taken = now;
    askedAt = performance.now();
    await watched.reload();
  };
  const pause = (urls: number): number => (watched.isRefused() ? Math.min(urls, CONTRACT_RETRY) : urls);

  const next = (): void => {
    const { files, urls } = watched.intervals();
    const interval = Math.min(files || CONTRACT_RETRY, urls || CONTRACT_RETRY, CONTRACT_RETRY);
    timer = setTimeout(() => void look().finally(next), interval).unref();
  };
  next();
  return () => clearTimeout(timer);
}

const versionsOf = async (places: readonly string[]): Promise<string> =>
  (await Promise.all(places.filter((place) => !isUrl(place)).map(versionOf))).join('\n');
