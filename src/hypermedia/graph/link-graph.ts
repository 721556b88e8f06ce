/**
 * The link graph: which relation leads from which resource to which operation of which service. It is built once
 * from OpenAPI documents, when they are loaded. Services and the gateway use the same graph.
 */
import type { LinkObject, OpenAPIObject } from 'openapi3-ts/oas31';
import type { PathTemplate } from '../../http/uri/href.ts';
import { takesPrecedence } from '../../http/uri/href.ts';
import type { Incremental } from '../../openapi/incremental.ts';
import { runToCompletion } from '../../openapi/incremental.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { membersOf } from '../fields/members.ts';
import { HYPERMEDIA_MEMBERS } from '../hypermedia-members.ts';
import { compileLink, linkOwner, operationAt } from './compile-link.ts';
import { formWithOptions, type PropertiesWithOptions, queryWithOptions } from './form-options.ts';
import { type DocumentedOperation, documentedOperationsIncrementally } from './graph-operation.ts';
import { type Batch, expandable, type GraphOperation, type Link, type Shape } from './model.ts';
import { type Schema, schemaName, standaloneNames } from './response-schema.ts';

interface MutableShape extends Shape {
  readonly links: Map<string, Link>;
  item?: MutableShape;
  itemsAt?: readonly string[];
}

interface MutableOperation extends GraphOperation {
  path: PathTemplate;
  shape?: MutableShape;
  batch?: Batch;
}

export class LinkGraph {
  readonly #operations = new Map<string, MutableOperation>();
  /** The first operation of all services with the id. */
  readonly #byId = new Map<string, MutableOperation>();
  readonly #byPath = new Map<string, MutableOperation>();
  readonly #shapes = new Map<string, MutableShape>();
  readonly #targets = new Set<GraphOperation>();
  readonly #singleResources = new Set<Shape>();
  #standaloneNames: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  #documents: ReadonlyMap<string, OpenAPIObject> = new Map();
  /** Links without an operation, as `schema.relation`. They are left out. */
  readonly dangling: string[] = [];

  constructor(documents: readonly ServiceDocument[]) {
    runToCompletion(this.#build(documents));
  }

  /** Builds a graph in steps. */
  static *of(documents: readonly ServiceDocument[]): Incremental<LinkGraph> {
    const graph = new LinkGraph([]);
    yield* graph.#build(documents);
    return graph;
  }

  *#build(documents: readonly ServiceDocument[]): Incremental<void> {
    this.#documents = new Map(documents.map(({ name, document }) => [name, document]));
    const documented: DocumentedOperation[] = [];
    for (const { name, document } of documents)
      documented.push(...(yield* documentedOperationsIncrementally(name, document)));
    const operations: MutableOperation[] = documented.map((operation) =>
      withForm(operation, () => operations),
    );
    for (const operation of operations)
      this.#operations.set(key(operation.service, operation.operationId), operation);
    for (const operation of [...this.#operations.values()].reverse()) {
      const { service, method, path, operationId } = operation;
      this.#byId.set(operationId, operation);
      this.#byPath.set(`${service} ${method} ${path.template}`, operation);
    }
    const bodies = Map.groupBy(operations, ({ service }) => service);
    this.#standaloneNames = new Map(
      [...bodies].map(([name, of]) => [name, standaloneNames(of.flatMap(({ body }) => body ?? []))]),
    );
    for (const add of [this.#addShape, this.#addItems, this.#addLinks])
      for (const operation of operations) {
        add.call(this, operation);
        yield;
      }
    for (const shape of this.#shapes.values())
      for (const { target } of expandable(shape)) this.#targets.add(target);
    for (const operation of operations) this.#addBatch(operation);
    this.#addPrecedence(operations);
  }

  operation(service: string, operationId: string): GraphOperation | undefined {
    return this.#operations.get(key(service, operationId));
  }

  shape(service: string, name: string): Shape | undefined {
    return this.#shapes.get(key(service, name));
  }

  operationsOf(service: string): GraphOperation[] {
    return [...this.#operations.values()].filter((operation) => operation.service === service);
  }

  hasLinks(): boolean {
    return [...this.#shapes.values()].some(({ links }) => links.size > 0);
  }

  /** Whether a link that `expand` may name leads to the operation. */
  isTarget(operation: GraphOperation): boolean {
    return this.#targets.has(operation);
  }

  shapesOf(service: string): Shape[] {
    return [...this.#shapes.values()].filter((shape) => shape.service === service);
  }

  #addShape(operation: MutableOperation): void {
    const { service, operationId, body, path } = operation;
    if (body === undefined) return;
    operation.shape = this.#shapeOf(service, body.schema, operationId);
    if (path.template.endsWith('}')) this.#singleResources.add(operation.shape);
  }

  /**
   * A resource that is found by its id is a single resource, even if other paths return it and if it contains
   * lists.
   */
  #addItems({ service, operationId, body, shape }: MutableOperation): void {
    if (shape === undefined || body === undefined) return;
    if (body.items === undefined || (body.items.at.length > 0 && this.#singleResources.has(shape))) return;
    shape.item = this.#shapeOf(service, body.items.schema, `${operationId} item`);
    shape.itemsAt = body.items.at;
  }

  #nameOf(service: string, schema: Schema | undefined): string | undefined {
    return schema && schemaName(schema, this.#standaloneNames.get(service) ?? new Set());
  }

  /** @param fallback the name if the schema has none */
  #shapeOf(service: string, schema: Schema, fallback: string): MutableShape {
    const named = this.#nameOf(service, schema);
    const name = named ?? fallback;
    // No component name begins with this character.
    const id = key(service, named ?? `~${fallback}`);
    const known = this.#shapes.get(id);
    if (known !== undefined) return known;
    const members = membersOf(this.#documents.get(service) ?? {}, schema, HYPERMEDIA_MEMBERS);
    const shape: MutableShape = { service, name, isNamed: named !== undefined, links: new Map(), members };
    this.#shapes.set(id, shape);
    return shape;
  }

  #addLinks({ service, shape: responseShape, links }: MutableOperation): void {
    for (const [rel, declared] of Object.entries(links)) {
      const { shape, spec } = linkOwner(responseShape, declared);
      if (shape === undefined) continue;
      const target = this.#target(service, spec);
      if (target === undefined) this.dangling.push(`${shape.name}.${rel}`);
      else shape.links.set(rel, compileLink(rel, target, spec));
    }
  }

  /**
   * The values of a batch are those of the one path parameter that only the single operation has. Otherwise the
   * batch cannot be used.
   */
  #addBatch(operation: MutableOperation): void {
    const { service, batches, path, query, shape } = operation;
    if (batches === undefined) return;
    const target = this.#operations.get(key(service, batches.operationId));
    const [member, ...more] = target?.path.names.filter((name) => !path.names.includes(name)) ?? [];
    const isUsable = member !== undefined && more.length === 0 && target?.shape === shape?.item;
    if (!isUsable || target === undefined) {
      this.dangling.push(`${operation.operationId} x-batches`);
      return;
    }
    const { name: parameter, separator, max } = batches;
    const counted = query.some(({ name }) => name === 'limit');
    target.batch = { operation, parameter, separator, pathParameter: member, max, hasLimit: counted };
  }

  /** With `/users/{id}` and `/users/me`, `me` is not a user id. */
  #addPrecedence(operations: readonly MutableOperation[]): void {
    // Only paths with the same number of segments can overlap, and most differ in the first one. Comparing each
    // pair would take too long for a large document.
    const firstOf = ({ path }: MutableOperation) => path.template.split('/')[1] ?? '';
    const length = ({ method, path }: MutableOperation) => `${method} ${path.template.split('/').length}`;
    const parameterized = Map.groupBy(
      operations.filter((one) => firstOf(one).includes('{')),
      length,
    );
    const byLength = Map.groupBy(operations, length);
    const fixed = Map.groupBy(operations, (one) => `${length(one)} ${firstOf(one)}`);
    const candidates = (one: MutableOperation): readonly MutableOperation[] =>
      firstOf(one).includes('{')
        ? (byLength.get(length(one)) ?? [])
        : [...(fixed.get(`${length(one)} ${firstOf(one)}`) ?? []), ...(parameterized.get(length(one)) ?? [])];
    const shapes = [...this.#shapes.values()];
    const linked = new Set<GraphOperation>(
      shapes.flatMap(({ links }) => [...links.values()].map(({ target }) => target)),
    );
    for (const operation of operations) {
      if (!linked.has(operation) || operation.path.names.length === 0) continue;
      const preceding = candidates(operation).flatMap(({ path }) =>
        takesPrecedence(path, operation.path) ? [path] : [],
      );
      if (preceding.length > 0) operation.path = { ...operation.path, precedingTemplates: preceding };
    }
  }

  #operationByRef(service: string, operationRef: string | undefined): GraphOperation | undefined {
    const { path, method } = operationAt(operationRef);
    return this.#byPath.get(`${service} ${method} ${path}`);
  }

  /** An operation id is resolved in the link's own document first, then in the others. */
  #target(service: string, { operationId, operationRef }: LinkObject): GraphOperation | undefined {
    if (operationId === undefined) return this.#operationByRef(service, operationRef);
    return this.#operations.get(key(service, operationId)) ?? this.#byId.get(operationId);
  }
}

/** Forms are built on demand, because most forms of a large document are never requested. */
function withForm(operation: DocumentedOperation, all: () => readonly GraphOperation[]): MutableOperation {
  let form: PropertiesWithOptions | undefined;
  let query: PropertiesWithOptions | undefined;
  return {
    ...operation,
    get filters() {
      query ??= queryWithOptions(this, all());
      return query.all;
    },
    get properties() {
      form ??= formWithOptions(this, all());
      return form.all;
    },
    filtersFor(allows) {
      query ??= queryWithOptions(this, all());
      return query.for(allows);
    },
    propertiesFor(allows) {
      form ??= formWithOptions(this, all());
      return form.for(allows);
    },
  };
}

const key = (service: string, name: string): string => `${service} ${name}`;

const graphs = new WeakMap<readonly ServiceDocument[], LinkGraph>();

/** The cached graph of these documents, because building a large one takes long. */
export const linkGraphOf = (documents: readonly ServiceDocument[]): LinkGraph =>
  runToCompletion(linkGraphIncrementally(documents));

export function* linkGraphIncrementally(documents: readonly ServiceDocument[]): Incremental<LinkGraph> {
  const graph = graphs.get(documents) ?? (yield* LinkGraph.of(documents));
  graphs.set(documents, graph);
  return graph;
}
