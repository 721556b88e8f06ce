/** Stores responses. A store that is down stores nothing, and no request fails because of that. */
import type { StoredResponse } from '../stored-response.ts';

/** The responses that are stored for one resource. */
export interface CacheEntry {
  readonly responses: readonly StoredResponse[];
  /** Changes with each invalidation of the resource; undefined where the store does not know it. */
  readonly state: string | undefined;
}

export interface CacheStore {
  get(key: string): CacheEntry | Promise<CacheEntry>;
  /**
   * Replaces the responses of a resource.
   * @param state of the entry when the responses were requested; nothing is stored if the resource was invalidated since
   */
  set(key: string, responses: readonly StoredResponse[], state: string | undefined): void | Promise<void>;
  delete(key: string): void | Promise<void>;
  /** What is stored for a service, where the store knows that. */
  sizeOf?(service: string): CacheSize;
  close?(): Promise<void>;
}

export interface CacheSize {
  readonly entries: number;
  readonly bytes: number;
}

/** @param epoch changes when all stored responses of the service become invalid */
export const keyOf = (service: string, epoch: string, path: string): string => `${service} ${epoch} ${path}`;

export const serviceOf = (key: string): string => key.slice(0, key.indexOf(' '));
