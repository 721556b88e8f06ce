/** The tags of the public document; one that two services describe differently gets the later one's name. */
import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json } from '../load/grammar.ts';
import { freeName } from './component-registry.ts';

export class Tags {
  readonly #held = new Map<string, Json>();

  /** Takes a service's tags and says what each is called from now on. */
  add(service: string, tags: unknown): (name: string) => string {
    const renamed = new Map<string, string>();
    for (const tag of Array.isArray(tags) ? tags : []) {
      if (!isObject(tag) || typeof tag.name !== 'string') continue;
      const { name } = tag;
      if (isDeepStrictEqual(this.#held.get(name), tag)) continue;
      const publicName = freeName(service, name, (candidate) => this.#held.has(candidate));
      this.#held.set(publicName, { ...tag, name: publicName });
      renamed.set(name, publicName);
    }
    return (name) => renamed.get(name) ?? name;
  }

  toJSON(): Json[] {
    return [...this.#held.values()];
  }
}
