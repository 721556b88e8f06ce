/** Finds the locations in a body whose schemas have links: in lists and in nested values. */
import type { SchemaObject } from 'openapi3-ts/oas31';
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { isReference, lookUpReference, resolveReference } from '../../openapi/reference.ts';
import { type SchemaPart, subschemasOf, walkComposition } from '../../openapi/schema-composition.ts';
import type { Shape } from '../graph/model.ts';
import { type Schema, schemaName } from '../graph/response-schema.ts';

/** The link locations in an object, or in each element of an array. Recursive schemas make this structure circular. */
export interface LinkLocations {
  readonly shape?: Shape | undefined;
  readonly members: ReadonlyMap<string, LinkLocations>;
}

interface MutableLinkLocations extends LinkLocations {
  shape?: Shape | undefined;
  readonly members: Map<string, LinkLocations>;
}

/** A recursive step yields its own walk, and receives the result. */
type Walk<T> = Generator<Walk<unknown>, T, unknown>;

/** Runs a recursion with an explicit stack, because a chain of references may exceed the call stack. */
function runWalk(walk: Walk<void>): void {
  const open: Walk<unknown>[] = [walk];
  let value: unknown;
  for (let last = open.at(-1); last; last = open.at(-1)) {
    const step = last.next(value);
    if (step.done) open.pop();
    else open.push(step.value);
    value = step.done ? step.value : undefined;
  }
}

interface LocatedPart extends SchemaPart {
  /** Whether the part describes the same resource: it is no fragment of it, and not one of several alternatives. */
  readonly isSameValue: boolean;
  /** Whether the part is the target of a reference, which already has its name. */
  readonly isTarget: boolean;
}

export class LinkLocator {
  readonly #document: object;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #standaloneNames: ReadonlySet<string>;
  readonly #found = new Map<Schema, LinkLocations>();

  /** @param shapes shapes with links, by the names of their schemas */
  constructor(document: object, shapes: ReadonlyMap<string, Shape>) {
    this.#document = document;
    this.#shapes = shapes;
    this.#standaloneNames = new Set(shapes.keys());
  }

  /** @param shape the shape of the body, which may have no name */
  locate(schema: Schema, shape: Shape): LinkLocations {
    const result: MutableLinkLocations = {
      shape: shape.links.size > 0 ? shape : undefined,
      members: new Map(),
    };
    runWalk(this.#collect(result, schema));
    return result;
  }

  *#locationsOf(schema: Schema): Walk<LinkLocations> {
    // Often a reference to the same schema is wrapped several times.
    const id = resolveReference<SchemaObject>(this.#document, schema) ?? schema;
    const known = this.#found.get(id);
    if (known !== undefined) return known;
    const result: MutableLinkLocations = { members: new Map() };
    this.#found.set(id, result);
    yield this.#collect(result, schema);
    return result;
  }

  *#collect(locations: MutableLinkLocations, schema: Schema): Walk<void> {
    const root: LocatedPart = { node: schema, isSameValue: true, isTarget: false };
    const parts = walkComposition([root], (node, part) => this.#partsOf(node, part), 'as-written');
    for (const { node, isSameValue, isTarget } of parts) {
      if (!isObject(node)) continue;
      const object: SchemaObject = node;
      if (isSameValue && !isTarget) locations.shape ??= this.#shapeOf(object);
      // If several parts define a member, the one with a shape is kept.
      for (const [member, inner] of Object.entries(object.properties ?? {}))
        if (!hasShape(locations.members.get(member)))
          locations.members.set(member, (yield this.#locationsOf(inner)) as LinkLocations);
    }
  }

  #partsOf(schema: Json, { isSameValue }: LocatedPart): LocatedPart[] {
    const under = (keyword: string): unknown[] => subschemasOf(schema, '#', keyword).map(({ node }) => node);
    const choices = [...under('oneOf'), ...under('anyOf')].filter((one) => !isNull(one));
    const target = isReference(schema) ? lookUpReference(this.#document, schema.$ref).value : undefined;
    // Fragments and alternatives only contribute their members.
    const isOnly = isSameValue && choices.length === 1;
    return [
      { node: target, isSameValue, isTarget: true },
      ...under('items').map((node) => ({ node, isSameValue, isTarget: false })),
      ...choices.map((node) => ({ node, isSameValue: isOnly, isTarget: false })),
      ...under('allOf').map((node) => ({ node, isSameValue: false, isTarget: false })),
    ];
  }

  #shapeOf(schema: Schema): Shape | undefined {
    const name = schemaName(schema, this.#standaloneNames);
    return name === undefined ? undefined : this.#shapes.get(name);
  }
}

const isNull = (schema: unknown): boolean => isObject(schema) && schema.type === 'null';

/** The most locations to search while locations are still being found, because the search runs for each member. */
const MAX_LOOKUPS = 200;

const hasShape = (locations: LinkLocations | undefined): boolean =>
  locations !== undefined && searchLinks(locations, MAX_LOOKUPS).isFound;

const known = new WeakMap<LinkLocations, boolean>();

/** Whether any location has links. */
export function containsLinks(locations: LinkLocations): boolean {
  const knownResult = known.get(locations);
  if (knownResult !== undefined) return knownResult;
  const { isFound, visited } = searchLinks(locations);
  // Without a result, no visited location has links.
  if (isFound) known.set(locations, true);
  else for (const one of visited) known.set(one, false);
  return isFound;
}

function searchLinks(locations: LinkLocations, max = Number.POSITIVE_INFINITY) {
  const visited = new Set([locations]);
  // The set grows during the iteration.
  for (const { shape, members } of visited) {
    if (shape !== undefined) return { isFound: true, visited };
    for (const inner of members.values()) if (visited.size < max) visited.add(inner);
  }
  return { isFound: false, visited };
}
