/** Where answers are kept. One that is down keeps nothing, and says so to nobody who asks for an answer. */
import type { Stored } from './stored.ts';

export interface CacheStore {
  /** Every answer that is kept for a resource. */
  get(key: string): readonly Stored[] | Promise<readonly Stored[]>;
  /** Instead of what was kept for it. */
  set(key: string, kept: readonly Stored[]): void | Promise<void>;
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
