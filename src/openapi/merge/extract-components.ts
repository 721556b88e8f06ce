/** Extracts values to components of a document under unused names, each value once. */
import { isObject, type Json, type Kind } from '../load/grammar.ts';
import { referenceTo } from './component-references.ts';
import { uniqueName } from './component-registry.ts';

interface ExtractedComponent {
  /** Identifies the value. */
  readonly key: string;
  /** The preferred name, which may contain characters that component names do not allow. */
  readonly name: string;
  readonly kind: Kind;
  readonly value: unknown;
}

export class ComponentExtractor {
  readonly #document: Json;
  readonly #prefix: string;
  readonly #references = new Map<string, string>();
  readonly #pending: (() => void)[] = [];
  readonly #sections = new Map<string, Map<string, unknown>>();

  /** @param prefix of names that are already in use */
  constructor(document: Json, prefix: string) {
    this.#document = document;
    this.#prefix = prefix;
  }

  /**
   * @param build creates the component
   * @returns the reference to it; undefined for a value that cannot be a component
   */
  add({ key, name, kind, value }: ExtractedComponent, build: () => unknown): string | undefined {
    const section = isObject(value) ? sectionOf(kind, value) : undefined;
    if (section === undefined) return undefined;
    const id = `${section} ${key}`;
    const knownReference = this.#references.get(id);
    if (knownReference !== undefined) return knownReference;
    const existing = existingSection(this.#document, section);
    const entries = this.#sections.get(section) ?? new Map<string, unknown>();
    this.#sections.set(section, entries);
    const isTaken = (one: string): boolean => Object.hasOwn(existing, one) || entries.has(one);
    const uniqueKey = uniqueName(this.#prefix, name.replaceAll(/[^\w.-]+/g, '_'), isTaken);
    const reference = referenceTo(section, uniqueKey);
    this.#references.set(id, reference);
    // The entry exists before its content is built, because the content may refer to itself or start a very long
    // chain.
    entries.set(uniqueKey, {});
    this.#pending.push(() => entries.set(uniqueKey, build()));
    return reference;
  }

  /** Builds all components that were added, and those that they add in turn. */
  buildPending(): void {
    for (let build = this.#pending.pop(); build !== undefined; build = this.#pending.pop()) build();
  }

  /** @returns the components together with the extracted ones */
  addTo(components: Json): Json {
    this.buildPending();
    const added = [...this.#sections].map(([section, entries]) => [
      section,
      { ...(components[section] as Json | undefined), ...Object.fromEntries(entries) },
    ]);
    return { ...components, ...Object.fromEntries(added) };
  }
}

const SECTIONS: Partial<Record<Kind, string>> = {
  schema: 'schemas',
  response: 'responses',
  example: 'examples',
  requestBody: 'requestBodies',
  securityScheme: 'securitySchemes',
  link: 'links',
  callback: 'callbacks',
  pathItem: 'pathItems',
  mediaType: 'mediaTypes',
};

/** A parameter has `in`; a header has the same structure without it. */
const sectionOf = (kind: Kind, value: Json): string | undefined =>
  kind === 'parameter' ? ('in' in value ? 'parameters' : 'headers') : SECTIONS[kind];

const existingSection = ({ components }: Json, section: string): Json => {
  const entries = isObject(components) ? components[section] : undefined;
  return isObject(entries) ? entries : {};
};
