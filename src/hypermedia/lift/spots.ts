/** Where in a body the schemas stand that links hold for: wherever one appears, in a list or within another. */
import type { SchemaObject } from 'openapi3-ts/oas31';
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { isReference, lookUpReference, resolveReference } from '../../openapi/reference.ts';
import { type SchemaPart, subschemasOf, walkComposition } from '../../openapi/schema-composition.ts';
import type { Shape } from '../graph/model.ts';
import { type Schema, schemaName } from '../graph/response-schema.ts';

/** Of an object, or of each element of an array. Schemas that hold themselves make it a circle. */
export interface Spots {
  readonly shape?: Shape | undefined;
  readonly members: ReadonlyMap<string, Spots>;
}

interface MutableSpots extends Spots {
  shape?: Shape | undefined;
  readonly members: Map<string, Spots>;
}

/** A step into what is within yields its walk, and goes on with what that returns. */
type Walk<T> = Generator<Walk<unknown>, T, unknown>;

/** A recursion with a stack of its own: references of a document may lead on for longer than that of the process goes. */
function walked(walk: Walk<void>): void {
  const open: Walk<unknown>[] = [walk];
  let value: unknown;
  for (let last = open.at(-1); last; last = open.at(-1)) {
    const step = last.next(value);
    if (step.done) open.pop();
    else open.push(step.value);
    value = step.done ? step.value : undefined;
  }
}

interface Part extends SchemaPart {
  /** Whether what it is, is what the whole is: it is no part of it, and not one of several choices. */
  readonly isWhole: boolean;
  /** Whether a reference leads to it, which has said already what it is. */
  readonly isTarget: boolean;
}

export class SpotFinder {
  readonly #document: object;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #standing: ReadonlySet<string>;
  readonly #found = new Map<Schema, Spots>();

  /** @param shapes with links, by the names of their schemas */
  constructor(document: object, shapes: ReadonlyMap<string, Shape>) {
    this.#document = document;
    this.#shapes = shapes;
    this.#standing = new Set(shapes.keys());
  }

  /** @param shape of the whole, which need not have a name */
  find(schema: Schema, shape: Shape): Spots {
    const made: MutableSpots = { shape: shape.links.size > 0 ? shape : undefined, members: new Map() };
    walked(this.#fill(made, schema));
    return made;
  }

  *#of(schema: Schema): Walk<Spots> {
    // The same schema is often written anew around a reference.
    const id = resolveReference<SchemaObject>(this.#document, schema) ?? schema;
    const known = this.#found.get(id);
    if (known !== undefined) return known;
    const made: MutableSpots = { members: new Map() };
    this.#found.set(id, made);
    yield this.#fill(made, schema);
    return made;
  }

  *#fill(spots: MutableSpots, schema: Schema): Walk<void> {
    const root: Part = { node: schema, isWhole: true, isTarget: false };
    const parts = walkComposition([root], (node, part) => this.#partsOf(node, part), 'as-written');
    for (const { node, isWhole, isTarget } of parts) {
      if (!isObject(node)) continue;
      const object: SchemaObject = node;
      if (isWhole && !isTarget) spots.shape ??= this.#shapeOf(object);
      // Of two that say something of one member the one stays that has a shape.
      for (const [member, inner] of Object.entries(object.properties ?? {}))
        if (!hasShape(spots.members.get(member))) spots.members.set(member, (yield this.#of(inner)) as Spots);
    }
  }

  #partsOf(schema: Json, { isWhole }: Part): Part[] {
    const under = (keyword: string): unknown[] => subschemasOf(schema, '#', keyword).map(({ node }) => node);
    const choices = [...under('oneOf'), ...under('anyOf')].filter((one) => !isNull(one));
    const target = isReference(schema) ? lookUpReference(this.#document, schema.$ref).value : undefined;
    // Of parts, and of one of several, only what is in them is known.
    const isOnly = isWhole && choices.length === 1;
    return [
      { node: target, isWhole, isTarget: true },
      ...under('items').map((node) => ({ node, isWhole, isTarget: false })),
      ...choices.map((node) => ({ node, isWhole: isOnly, isTarget: false })),
      ...under('allOf').map((node) => ({ node, isWhole: false, isTarget: false })),
    ];
  }

  #shapeOf(schema: Schema): Shape | undefined {
    const name = schemaName(schema, this.#standing);
    return name === undefined ? undefined : this.#shapes.get(name);
  }
}

const isNull = (schema: unknown): boolean => isObject(schema) && schema.type === 'null';

/** No more are looked at while they are still found, since that is done for each member. */
const MOST_LOOKS = 200;

const hasShape = (spots: Spots | undefined): boolean =>
  spots !== undefined && reached(spots, MOST_LOOKS).isFound;

const known = new WeakMap<Spots, boolean>();

/** Whether there is anything that links hold for. */
export function leadsOn(spots: Spots): boolean {
  const told = known.get(spots);
  if (told !== undefined) return told;
  const { isFound, passed } = reached(spots);
  // Where there is nothing, there is nothing in all that was passed.
  if (isFound) known.set(spots, true);
  else for (const one of passed) known.set(one, false);
  return isFound;
}

function reached(spots: Spots, most = Number.POSITIVE_INFINITY) {
  const passed = new Set([spots]);
  // Grows while it is iterated, by what is in each.
  for (const { shape, members } of passed) {
    if (shape !== undefined) return { isFound: true, passed };
    for (const inner of members.values()) if (passed.size < most) passed.add(inner);
  }
  return { isFound: false, passed };
}
