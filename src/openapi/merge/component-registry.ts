/**
 * The components of the public document while it is put together. What is equal is held once; what has the
 * same name and another content gets its service's name in front. The first service in gateway.yaml keeps the
 * plain name, so that a service added at the end never renames what callers already know.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Steps } from '../incremental.ts';
import { isObject, type Json } from '../load/grammar.ts';

/** Entries by section of `components`; `webhooks` counts as one more section. */
export type Sections = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

export function sectionsOf({ components, webhooks }: Json): Sections {
  const sections = Object.entries({ ...(isObject(components) ? components : {}), webhooks });
  return new Map(
    sections.flatMap(([section, entries]) =>
      isObject(entries) && !section.startsWith('x-') ? [[section, new Map(Object.entries(entries))]] : [],
    ),
  );
}

const prefixed = (service: string, name: string): string =>
  `${service.replace(/(^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, __, letter: string) => letter.toUpperCase())}_${name}`;

/** A name that is not taken: the plain one, the service's, or the service's with a number. */
export function freeName(service: string, name: string, taken: (name: string) => boolean): string {
  if (!taken(name)) return name;
  const base = prefixed(service, name);
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? base : `${base}_${count}`;
    if (!taken(candidate)) return candidate;
  }
}

/** What still moves then is in a long row of components, of which each round moves one: they all get names of their own. */
const MOST_ROUNDS = 20;

export class Registry {
  readonly #held = new Map<string, Map<string, unknown>>();
  /** Public names of everything that was called `section/name` in its own document. */
  readonly #variants = new Map<string, string[]>();

  /**
   * Holds a service's components and says which name each has from now on. `rewrite` gives the service's
   * components under a choice of names: two that read alike differ if what they refer to does, so the choice is
   * repeated until nothing moves any more. A component only ever moves on to the next variant, so it ends.
   */
  *add(service: string, own: Sections, rewrite: (nameOf: NameOf) => Steps<Sections>): Steps<NameOf> {
    const position = new Map<string, number>();
    const chosen = new Map<string, string>();
    const nameOf: NameOf = (section, name) => chosen.get(`${section}/${name}`) ?? name;

    const choose = (section: string, name: string): void => {
      const key = `${section}/${name}`;
      const variant = this.#variants.get(key)?.[position.get(key) ?? 0];
      const taken = (candidate: string): boolean =>
        this.#held.get(section)?.has(candidate) === true ||
        (candidate !== name && own.get(section)?.has(candidate) === true);
      chosen.set(key, variant ?? freeName(service, name, taken));
    };
    for (const [section, entries] of own) for (const name of entries.keys()) choose(section, name);

    for (let [moved, round] = [true, 0]; moved; round++) {
      moved = false;
      for (const [section, entries] of yield* rewrite(nameOf)) {
        for (const [name, value] of entries) {
          yield;
          const held = this.#held.get(section);
          const current = nameOf(section, name);
          if (!held?.has(current)) continue;
          const key = `${section}/${name}`;
          const isLast = round >= MOST_ROUNDS;
          if (!isLast && isDeepStrictEqual(held.get(current), value)) continue;
          position.set(key, isLast ? Number.POSITIVE_INFINITY : (position.get(key) ?? 0) + 1);
          choose(section, name);
          moved = true;
        }
      }
    }

    for (const [section, entries] of yield* rewrite(nameOf)) {
      for (const [name, value] of entries) this.#hold(section, name, nameOf(section, name), value);
    }
    return nameOf;
  }

  get(section: string, name: string): unknown {
    return this.#held.get(section)?.get(name);
  }

  entries(section: string): Json {
    return Object.fromEntries(this.#held.get(section) ?? []);
  }

  sections(): string[] {
    return [...this.#held.keys()];
  }

  #hold(section: string, name: string, publicName: string, value: unknown): void {
    const held = this.#held.get(section) ?? new Map<string, unknown>();
    this.#held.set(section, held);
    if (held.has(publicName)) return;
    held.set(publicName, value);
    const key = `${section}/${name}`;
    this.#variants.set(key, [...(this.#variants.get(key) ?? []), publicName]);
  }
}

export type NameOf = (section: string, name: string) => string;
