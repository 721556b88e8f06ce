/**
 * Collects the components that a part of a document needs: by reference, as a discriminator target, or by name as a
 * security scheme. Look-alike references in examples and extensions count too: an unused component is better than a
 * broken reference.
 */
import { isObject, type Json } from '../load/grammar.ts';
import { componentTarget } from '../merge/component-references.ts';
import type { DocumentIndex } from './document-index.ts';

interface Component {
  readonly section: string;
  readonly name: string;
  readonly value: unknown;
}

export class ReachableComponents implements Iterable<Component> {
  readonly #sections: Json;
  readonly #alternatives: DocumentIndex['alternatives'];
  readonly #components = new Map<string, Component>();

  constructor({ document: { components }, alternatives }: Pick<DocumentIndex, 'document' | 'alternatives'>) {
    this.#sections = isObject(components) ? components : {};
    this.#alternatives = alternatives;
  }

  /** Also yields components that are added during the iteration. */
  [Symbol.iterator](): Iterator<Component> {
    return this.#components.values();
  }

  addReferencesIn(node: unknown): void {
    if (Array.isArray(node)) for (const one of node) this.addReferencesIn(one);
    if (!isObject(node)) return;
    if (typeof node.$ref === 'string') this.#addReference(node.$ref);
    if (isObject(node.discriminator)) this.#addMappingTargets(node.discriminator);
    if (Array.isArray(node.security)) this.#addSecuritySchemes(node.security);
    for (const value of Object.values(node)) this.addReferencesIn(value);
  }

  #addReference(reference: string): void {
    const target = componentTarget(reference);
    if (target) this.#addComponent(target.section, target.name);
  }

  #addMappingTargets({ mapping, defaultMapping }: Json): void {
    for (const choice of [...Object.values(isObject(mapping) ? mapping : {}), defaultMapping]) {
      if (typeof choice !== 'string') continue;
      this.#addComponent('schemas', choice);
      this.#addReference(choice);
    }
  }

  #addSecuritySchemes(requirements: readonly unknown[]): void {
    for (const requirement of requirements)
      for (const scheme of Object.keys(isObject(requirement) ? requirement : {}))
        this.#addComponent('securitySchemes', scheme);
  }

  #addComponent(section: string, name: string): void {
    const key = `${section}/${name}`;
    const entries = this.#sections[section];
    if (this.#components.has(key) || !isObject(entries) || !Object.hasOwn(entries, name)) return;
    const value = entries[name];
    this.#components.set(key, { section, name, value });
    if (section !== 'schemas' || !isObject(value) || !isObject(value.discriminator)) return;
    for (const subtype of this.#alternatives(value, name)) this.#addComponent('schemas', subtype);
  }
}
