/** What stands elsewhere as a component of a document, under a name that is free there, once however often it is meant. */
import { isObject, type Json, type Kind } from '../load/grammar.ts';
import { referenceTo } from './component-references.ts';
import { uniqueName } from './component-registry.ts';

interface ExtractedComponent {
  /** The same for the same thing. */
  readonly key: string;
  /** What it is called if that is free, with what does not belong in a name. */
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

  /** @param prefix of names that are taken */
  constructor(document: Json, prefix: string) {
    this.#document = document;
    this.#prefix = prefix;
  }

  /**
   * @param build what it is as a component
   * @returns the reference to it; undefined for what cannot be a component
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
    // Has its place before what it refers to, which may be itself, or the first of very many in a row.
    entries.set(uniqueKey, {});
    this.#pending.push(() => entries.set(uniqueKey, build()));
    return reference;
  }

  /** Makes all that was added, with what that adds in turn. */
  buildPending(): void {
    for (let build = this.#pending.pop(); build !== undefined; build = this.#pending.pop()) build();
  }

  /** @returns the components with those that were added */
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

/** Headers and parameters are alike, but for their place. */
const sectionOf = (kind: Kind, value: Json): string | undefined =>
  kind === 'parameter' ? ('in' in value ? 'parameters' : 'headers') : SECTIONS[kind];

const existingSection = ({ components }: Json, section: string): Json => {
  const entries = isObject(components) ? components[section] : undefined;
  return isObject(entries) ? entries : {};
};
