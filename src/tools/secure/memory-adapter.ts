/** Keeps what the demo provider has to remember, such as codes and sessions, in memory: a bounded number of entries. */
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { LruCache } from '../../http/lru-cache.ts';

const MAX_ENTRIES = 2000;

/** These end with their grant; an interaction that replaces a grant does not. */
const REVOKED_WITH_GRANT: ReadonlySet<string> = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

interface Entry {
  readonly payload: AdapterPayload;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** @returns the adapter of each kind of entry, by its name */
export function memoryAdapters(): (kind: string) => Adapter {
  const entries = new LruCache<Entry>({ maxBytes: MAX_ENTRIES, bytesOf: () => 1 });
  /** The ids of sessions by their `uid`. */
  const sessions = new LruCache<string>({ maxBytes: MAX_ENTRIES, bytesOf: () => 1 });
  const revokedGrants = new LruCache<true>({ maxBytes: MAX_ENTRIES, bytesOf: () => 1 });
  return (kind) => {
    const find = (id: string): AdapterPayload | undefined => {
      const entry = entries.get(`${kind}:${id}`);
      if (entry === undefined || entry.until <= Date.now()) return undefined;
      const { grantId = '' } = entry.payload;
      return REVOKED_WITH_GRANT.has(kind) && revokedGrants.get(grantId) ? undefined : entry.payload;
    };
    return {
      upsert: async (id, payload, expiresIn) => {
        const until = expiresIn === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresIn * 1000;
        entries.set(`${kind}:${id}`, { payload, until });
        if (payload.uid !== undefined) sessions.set(`${kind}:${payload.uid}`, id);
      },
      find: async (id) => find(id),
      findByUid: async (uid) => find(sessions.get(`${kind}:${uid}`) ?? ''),
      // There is no device flow.
      findByUserCode: async () => undefined,
      consume: async (id) => {
        const payload = find(id);
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => entries.delete(`${kind}:${id}`),
      revokeByGrantId: async (grantId) => revokedGrants.set(grantId, true),
    };
  };
}
