/** Where answers are kept. One that is down keeps nothing, and says so to nobody who asks for an answer. */
import type { StoredResponse } from '../stored-response.ts';

export interface CacheEntry {
  readonly responses: readonly StoredResponse[];
  /** Another one each time that the resource is forgotten; undefined where nobody can say. */
  readonly state: string | undefined;
}

export interface CacheStore {
  /** Every answer that is kept for a resource. */
  get(key: string): CacheEntry | Promise<CacheEntry>;
  /**
   * Instead of what was kept for it.
   * @param state that it was in when the answers were asked for; nothing is kept in another, as they may be of before
   */
  set(key: string, answers: readonly StoredResponse[], state: string | undefined): void | Promise<void>;
  delete(key: string): void | Promise<void>;
  /** What is kept for a service, where that is known. */
  sizeOf?(service: string): CacheSize;
  close?(): Promise<void>;
}

export interface CacheSize {
  readonly entries: number;
  readonly bytes: number;
}

/** @param epoch changes with what makes all that is kept for the service useless */
export const keyOf = (service: string, epoch: string, path: string): string => `${service} ${epoch} ${path}`;

export const serviceOf = (key: string): string => key.slice(0, key.indexOf(' '));
