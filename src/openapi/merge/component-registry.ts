/**
 * The components of the public document during a merge. Equal components are stored once. A component with the same
 * name and different content gets its service's name as a prefix. The first service in gateway.yaml keeps the plain
 * name, so that a new service at the end never renames existing components.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Incremental } from '../incremental.ts';
import { isObject, type Json } from '../load/grammar.ts';

/** Entries by section of `components`; `webhooks` is treated as another section. */
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

/** An unused name: the plain name, the name with the service as prefix, or that with a number. */
export function uniqueName(service: string, name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  const base = prefixed(service, name);
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? base : `${base}_${count}`;
    if (!isTaken(candidate)) return candidate;
  }
}

/**
 * The most rounds of renaming. After that, the remaining components all get names of their own: they are part of a
 * long chain of which each round would rename only one.
 */
const MAX_ROUNDS = 20;

export class ComponentRegistry {
  readonly #components = new Map<string, Map<string, unknown>>();
  /** Public names of all components that are called `section/name` in their own documents. */
  readonly #variants = new Map<string, string[]>();

  /**
   * Stores a service's components and decides their public names. `rewrite` returns the components under the chosen
   * names. Two components that look equal differ if their references do, so the choice is repeated until it is
   * stable. A component only moves on to its next variant, so the loop ends.
   */
  *add(
    service: string,
    sections: Sections,
    rewrite: (nameOf: NameOf) => Incremental<Sections>,
  ): Incremental<NameOf> {
    const position = new Map<string, number>();
    const chosen = new Map<string, string>();
    const nameOf: NameOf = (section, name) => chosen.get(`${section}/${name}`) ?? name;

    const choose = (section: string, name: string): void => {
      const key = `${section}/${name}`;
      const variant = this.#variants.get(key)?.[position.get(key) ?? 0];
      const isTaken = (candidate: string): boolean =>
        this.#components.get(section)?.has(candidate) === true ||
        (candidate !== name && sections.get(section)?.has(candidate) === true);
      chosen.set(key, variant ?? uniqueName(service, name, isTaken));
    };
    for (const [section, entries] of sections) for (const name of entries.keys()) choose(section, name);

    for (let [hasChanged, round] = [true, 0]; hasChanged; round++) {
      hasChanged = false;
      for (const [section, entries] of yield* rewrite(nameOf)) {
        for (const [name, value] of entries) {
          yield;
          const existing = this.#components.get(section);
          const current = nameOf(section, name);
          if (!existing?.has(current)) continue;
          const key = `${section}/${name}`;
          const isLast = round >= MAX_ROUNDS;
          if (!isLast && isDeepStrictEqual(existing.get(current), value)) continue;
          position.set(key, isLast ? Number.POSITIVE_INFINITY : (position.get(key) ?? 0) + 1);
          choose(section, name);
          hasChanged = true;
        }
      }
    }

    for (const [section, entries] of yield* rewrite(nameOf)) {
      for (const [name, value] of entries) this.#store(section, name, nameOf(section, name), value);
    }
    return nameOf;
  }

  get(section: string, name: string): unknown {
    return this.#components.get(section)?.get(name);
  }

  entries(section: string): Json {
    return Object.fromEntries(this.#components.get(section) ?? []);
  }

  sections(): string[] {
    return [...this.#components.keys()];
  }

  #store(section: string, name: string, publicName: string, value: unknown): void {
    const entries = this.#components.get(section) ?? new Map<string, unknown>();
    this.#components.set(section, entries);
    if (entries.has(publicName)) return;
    entries.set(publicName, value);
    const key = `${section}/${name}`;
    this.#variants.set(key, [...(this.#variants.get(key) ?? []), publicName]);
  }
}

export type NameOf = (section: string, name: string) => string;
