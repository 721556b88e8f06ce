/** The paths of the public document. Every path and method has exactly one owner. */
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../../config/config-error.ts';
import { firstSegment, RESERVED_SEGMENTS } from '../../contract/reserved-paths.ts';
import { componentTarget } from '../merge/component-references.ts';
import type { ComponentRegistry } from '../merge/component-registry.ts';
import { isObject, type Json } from './grammar.ts';
import { operationsOf } from './inherit-defaults.ts';

/**
 * The shape of a path template. Templates that differ only in parameter names are the same path (OpenAPI 3.1
 * §4.8.8.1).
 */
export const pathShape = (path: string): string => path.replace(/\{[^}]*\}/g, '{}');

export class PublicPaths {
  readonly #items = new Map<string, unknown>();
  readonly #owners = new Map<string, { service: string; path: string }>();
  readonly #registry: ComponentRegistry;

  constructor(registry: ComponentRegistry) {
    this.#registry = registry;
  }

  /** @throws ConfigError when a path is reserved, or a method of it has an owner already */
  add(service: string, paths: unknown): void {
    for (const [path, item] of Object.entries(isObject(paths) ? paths : {})) {
      const own = path.startsWith('/') ? this.#claimOperations(service, path, item) : item;
      const existing = this.#items.get(path);
      if (existing === undefined) this.#items.set(path, own);
      else if (path.startsWith('/')) this.#items.set(path, this.#joinItems(existing, own));
    }
  }

  toJSON(): Json {
    return Object.fromEntries(this.#items);
  }

  /** @returns the item without methods that the service already has under another template of the same shape */
  #claimOperations(service: string, path: string, item: unknown): unknown {
    const duplicates = new Set<string>();
    if (RESERVED_SEGMENTS.has(firstSegment(path))) {
      const message = `${service}: the path ${path} is reserved for the gateway; move it to another first segment`;
      throw new ConfigError(message);
    }
    for (const [method] of operationsOf(this.#resolve(item))) {
      const key = `${method} ${pathShape(path)}`;
      const owner = this.#owners.get(key);
      if (owner?.service === service) {
        duplicates.add(method);
        continue;
      }
      if (owner) {
        const other = owner.path === path ? '' : ` (as ${owner.path})`;
        throw new ConfigError(
          `${method.toUpperCase()} ${path} is in the documents of both ${owner.service}${other} and ${service}; remove it from one of them`,
        );
      }
      this.#owners.set(key, { service, path });
    }
    if (duplicates.size === 0) return item;
    return Object.fromEntries(
      Object.entries(this.#resolve(item)).filter(([field]) => !duplicates.has(field)),
    );
  }

  /**
   * Joins the methods of two services under one path. Fields that apply to all methods of one item move to its
   * methods.
   */
  #joinItems(existing: unknown, added: unknown): Json {
    const [first, second] = [this.#resolve(existing), this.#resolve(added)];
    const fields = [...new Set([...Object.keys(first), ...Object.keys(second)])];
    const methods = new Set([...operationsOf(first), ...operationsOf(second)].map(([method]) => method));
    const shared = fields.filter(
      (field) => !methods.has(field) && isDeepStrictEqual(first[field], second[field]),
    );
    const own = (item: Json): Json =>
      Object.fromEntries(
        Object.entries(item).filter(([field]) => !methods.has(field) && !shared.includes(field)),
      );
    return {
      ...Object.fromEntries(shared.map((field) => [field, first[field]])),
      ...Object.fromEntries(
        [first, second].flatMap((item) =>
          operationsOf(item).map(([method, operation]) => [method, pushDown(own(item), operation)]),
        ),
      ),
    };
  }

  #resolve(item: unknown): Json {
    const target = isObject(item) ? componentTarget(item.$ref) : undefined;
    const resolved = target?.section === 'pathItems' ? this.#registry.get('pathItems', target.name) : item;
    return isObject(resolved) ? resolved : {};
  }
}

/**
 * Parameters of the path item are appended, because those of the operation take precedence and pointers to them
 * stay valid.
 */
const pushDown = ({ parameters, ...rest }: Json, operation: Json): Json => {
  if (!Array.isArray(parameters)) return { ...rest, ...operation };
  const declared = Array.isArray(operation.parameters) ? operation.parameters : [];
  const isDeclared = (parameter: unknown): boolean =>
    declared.some(
      (own) =>
        isObject(own) &&
        isObject(parameter) &&
        own.name !== undefined &&
        own.name === parameter.name &&
        own.in === parameter.in,
    );
  return {
    ...rest,
    ...operation,
    parameters: [...declared, ...parameters.filter((parameter) => !isDeclared(parameter))],
  };
};
