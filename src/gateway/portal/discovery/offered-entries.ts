/**
 * Creates what a page shows to a caller: only the entry points that the caller may call. Callers with the same entry
 * points share it, so it is created once for each set of them.
 *
 * Sends `Vary` and `Cache-Control: private` where the entry points depend on the caller.
 */
import type { Request, Response } from 'express';
import { privateCacheControl } from '../../../http/headers/private-response.ts';
import { cache } from '../../../http/page/entity.ts';
import { pageOffersOf } from '../../security/offered-pages.ts';
import type { EntryPoint } from './entry-points.ts';

type Headers = Readonly<Record<string, string>>;

/** Callers choose among a few sets of scopes; further sets are created again each time. */
const MAX_VARIANTS = 64;

/** @param create called with the entry points, and with the headers that differ from the usual ones */
export function offeredEntries<T>(
  entries: readonly EntryPoint[],
  create: (entries: readonly EntryPoint[], caching: Headers) => T,
): (req: Request, res: Response) => T {
  const everything = create(entries, {});
  const variants = new Map<string, T>();
  return (req, res) => {
    const offers = pageOffersOf(req);
    if (offers === undefined) return everything;
    const isOffered = entries.map(({ service, operationId }) => offers.allows(service, operationId));
    if (!offers.dependsOnCaller) return everything;
    if (offers.vary.length > 0) res.vary(offers.vary.join(', '));
    const key = isOffered.map(Number).join('');
    const known = variants.get(key);
    if (known !== undefined) return known;
    const created = create(
      entries.filter((_, index) => isOffered[index]),
      { 'Cache-Control': privateCacheControl(cache.revalidate) },
    );
    if (variants.size < MAX_VARIANTS) variants.set(key, created);
    return created;
  };
}
