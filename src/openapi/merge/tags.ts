/** The tags of the public document. If two services describe a tag differently, the later one is renamed. */
import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json } from '../load/grammar.ts';
import { uniqueName } from './component-registry.ts';

export class PublicTags {
  readonly #tags = new Map<string, Json>();

  /** Adds a service's tags and returns their public names. */
  add(service: string, tags: unknown): (name: string) => string {
    const renamed = new Map<string, string>();
    for (const tag of Array.isArray(tags) ? tags : []) {
      if (!isObject(tag) || typeof tag.name !== 'string') continue;
      const { name } = tag;
      if (isDeepStrictEqual(this.#tags.get(name), tag)) continue;
      const publicName = uniqueName(service, name, (candidate) => this.#tags.has(candidate));
      this.#tags.set(publicName, { ...tag, name: publicName });
      renamed.set(name, publicName);
    }
    return (name) => renamed.get(name) ?? name;
  }

  toJSON(): Json[] {
    return [...this.#tags.values()];
  }
}
