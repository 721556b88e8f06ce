/**
 * Gives everything in a service's document its public name, wherever it is referenced: references, discriminator
 * mappings, security requirements, links, tags. Examples and extensions stay as they are. A link to an operation
 * that no document has is removed.
 */

import { alternativesAmong } from '../load/discriminators.ts';
import { isObject, type Json, type Kind, type Visit } from '../load/grammar.ts';
import { resolveReference } from '../reference.ts';
import { componentTarget, referenceTo } from './component-references.ts';

/** The public names of one service. */
export interface PublicNames {
  component(section: string, name: string): string;
  /** An operation of this service, or of another service that a link leads to. */
  operation(id: string): string | undefined;
  tag(name: string): string;
}

/** The extension of a list parameter that names the operation whose resources it fetches in a batch. */
const BATCHES = 'x-batches';

export function renamer(document: Json, names: PublicNames): Visit {
  const components = isObject(document.components) ? document.components : {};
  const schemas = isObject(components.schemas) ? components.schemas : {};
  const alternatives = alternativesAmong(schemas);
  const nameOfSchema = new Map(Object.entries(schemas).map(([name, schema]) => [schema, name]));

  const reference = (ref: string): string => {
    const target = componentTarget(ref);
    if (!target) return ref;
    const name = names.component(target.section, target.name);
    return name === target.name ? ref : referenceTo(target.section, name, target.rest);
  };

  const isDangling = (link: Json): boolean => {
    const { operationId } = resolveReference<Json>(document, link) ?? {};
    return typeof operationId === 'string' && names.operation(operationId) === undefined;
  };

  /** A value without a mapping selects the schema of that name, so a renamed schema needs a mapping. */
  const mappingTarget = (target: unknown): unknown => {
    if (typeof target !== 'string') return target;
    return Object.hasOwn(schemas, target) ? names.component('schemas', target) : reference(target);
  };
  const discriminator = (schema: Json, { mapping, defaultMapping, ...others }: Json): Json => {
    const rest = {
      ...others,
      ...(defaultMapping !== undefined && { defaultMapping: mappingTarget(defaultMapping) }),
    };
    const explicit = Object.entries(isObject(mapping) ? mapping : {}).map(
      ([value, target]) => [value, mappingTarget(target)] as const,
    );
    const values = new Set(explicit.map(([value]) => value));
    const implied = alternatives(schema, nameOfSchema.get(schema))
      .filter((name) => !values.has(name) && names.component('schemas', name) !== name)
      .map((name) => [name, referenceTo('schemas', names.component('schemas', name))]);
    const all = [...explicit, ...implied];
    return mapping || all.length > 0 ? { ...rest, mapping: Object.fromEntries(all) } : rest;
  };

  const operationId = (node: Json): Json =>
    typeof node.operationId === 'string'
      ? { ...node, operationId: names.operation(node.operationId) ?? node.operationId }
      : node;

  const byKind: Partial<Record<Kind, Visit>> = {
    schema: (node) =>
      isObject(node.discriminator)
        ? { ...node, discriminator: discriminator(node, node.discriminator) }
        : node,
    requirement: (node) =>
      Object.fromEntries(
        Object.entries(node).map(([scheme, scopes]) => [names.component('securitySchemes', scheme), scopes]),
      ),
    link: (node) => (isDangling(node) ? undefined : operationId(node)),
    operation: (node) => {
      const named = operationId(node);
      return Array.isArray(node.tags) ? { ...named, tags: node.tags.map(names.tag) } : named;
    },
    parameter: (node) => {
      const batches = node[BATCHES];
      return typeof batches === 'string' ? { ...node, [BATCHES]: names.operation(batches) ?? batches } : node;
    },
  };

  return (node, kind) => {
    // A schema is identified by object identity, so its other fields are handled before its `$ref`.
    const seen = byKind[kind] ? byKind[kind](node, kind) : node;
    return seen && typeof seen.$ref === 'string' ? { ...seen, $ref: reference(seen.$ref) } : seen;
  };
}
