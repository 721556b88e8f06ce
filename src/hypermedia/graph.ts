/**
 * The link graph: which resource leads by which relation to which operation, of whichever service.
 * Built from OpenAPI documents alone, once, when they are loaded; a service and the gateway use the same.
 */
import type {
  LinkObject,
  OpenAPIObject,
  OperationObject,
  ParameterObject,
  ReferenceObject,
  RequestBodyObject,
  ResponseObject,
  SchemaObject,
} from 'openapi3-ts/oas31';
import { compileExpression, type Expression, pointerSegments } from './expression.ts';
import { type PathTemplate, pathTemplate } from './href.ts';
import { resolveSchema, type TemplateProperty, templateProperties } from './template.ts';

/** One service's document, under the service's name. */
export interface ServiceDocument {
  readonly name: string;
  readonly document: OpenAPIObject;
}

export interface GraphOperation {
  readonly service: string;
  readonly operationId: string;
  /** Upper case, as it goes over the wire. */
  readonly method: string;
  readonly path: PathTemplate;
  readonly title: string;
  /** Whether it takes `expand`: then it embeds what its own service owns. */
  readonly expands: boolean;
  readonly properties: readonly TemplateProperty[];
  /** Of its first successful JSON answer; absent where that is no named schema. */
  readonly shape?: Shape;
}

export interface Link {
  readonly rel: string;
  readonly target: GraphOperation;
  readonly parameters: readonly (readonly [string, Expression])[];
  /** Segments of the array that the link holds for each element of. */
  readonly each?: readonly string[];
}

/** A named schema and where it leads. */
export interface Shape {
  readonly service: string;
  readonly name: string;
  readonly links: ReadonlyMap<string, Link>;
  /** Of a page: what its items are. */
  readonly item?: Shape;
}

interface MutableShape extends Shape {
  readonly links: Map<string, Link>;
  item?: Shape;
}

interface MutableOperation extends GraphOperation {
  shape?: Shape;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** Links that lead on, to something that can be fetched: those that `expand` may name. */
export const expandable = (shape: Shape): Link[] =>
  [...shape.links.values()].filter(({ rel, target }) => target.method === 'GET' && rel !== 'self');

/** Links to operations that change something. */
export const actions = (shape: Shape): Link[] =>
  [...shape.links.values()].filter(({ target }) => target.method !== 'GET');

export class LinkGraph {
  readonly #operations = new Map<string, MutableOperation>();
  readonly #shapes = new Map<string, MutableShape>();
  /** Links whose operation no document has, as `schema.relation`: they are left out. */
  readonly dangling: string[] = [];

  constructor(documents: readonly ServiceDocument[]) {
    const found = documents.flatMap(({ name, document }) => operationsOf(name, document));
    for (const { operation } of found)
      this.#operations.set(key(operation.service, operation.operationId), operation);
    for (const entry of found) this.#addShape(entry);
    for (const entry of found) this.#addLinks(entry);
  }

  operation(service: string, operationId: string): GraphOperation | undefined {
    return this.#operations.get(key(service, operationId));
  }

  shape(service: string, name: string): Shape | undefined {
    return this.#shapes.get(key(service, name));
  }

  shapesOf(service: string): Shape[] {
    return [...this.#shapes.values()].filter((shape) => shape.service === service);
  }

  #addShape({ operation, document, success }: Found): void {
    const schema = successSchema(success);
    if (schema === undefined) return;
    const shape = this.#shapeOf(operation.service, schema);
    if (shape === undefined) return;
    operation.shape = shape;
    const item = itemOf(resolveSchema(document, schema));
    const itemShape = item && this.#shapeOf(operation.service, item);
    if (itemShape !== undefined) shape.item = itemShape;
  }

  #shapeOf(service: string, schema: SchemaObject | ReferenceObject): MutableShape | undefined {
    const name = '$ref' in schema ? pointerSegments(String(schema.$ref).slice(1)).at(-1) : undefined;
    if (name === undefined) return undefined;
    const known = this.#shapes.get(key(service, name));
    if (known !== undefined) return known;
    const made: MutableShape = { service, name, links: new Map() };
    this.#shapes.set(key(service, name), made);
    return made;
  }

  #addLinks({ operation, success }: Found): void {
    const shape = operation.shape as MutableShape | undefined;
    if (shape === undefined) return;
    for (const [rel, link] of Object.entries(success?.links ?? {})) {
      const spec = link as LinkObject & { 'x-each'?: string };
      const target = this.#target(operation.service, spec.operationId);
      if (target === undefined) {
        this.dangling.push(`${shape.name}.${rel}`);
        continue;
      }
      const each = spec['x-each'];
      shape.links.set(rel, {
        rel,
        target,
        parameters: Object.entries(spec.parameters ?? {}).map(([name, text]) => [
          // A name may carry its place, as `path.id` (OpenAPI 3.1 §4.8.20).
          name.replace(/^(path|query)\./, ''),
          compileExpression(String(text), each),
        ]),
        ...(each === undefined ? {} : { each: pointerSegments(each) }),
      });
    }
  }

  /** An operation id is looked for in the link's own document first, then in all others. */
  #target(service: string, operationId: string | undefined): GraphOperation | undefined {
    if (operationId === undefined) return undefined;
    return (
      this.#operations.get(key(service, operationId)) ??
      [...this.#operations.values()].find((operation) => operation.operationId === operationId)
    );
  }
}

const key = (service: string, name: string): string => `${service} ${name}`;

interface Found {
  readonly operation: MutableOperation;
  readonly document: OpenAPIObject;
  readonly success: ResponseObject | undefined;
}

function operationsOf(service: string, document: OpenAPIObject): Found[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation?.operationId === undefined
        ? []
        : [found(service, document, path, method.toUpperCase(), operation)];
    }),
  );
}

function found(
  service: string,
  document: OpenAPIObject,
  path: string,
  method: string,
  operation: OperationObject,
): Found {
  const body = (operation.requestBody as RequestBodyObject | undefined)?.content?.['application/json']
    ?.schema;
  const success = Object.entries(operation.responses ?? {}).find(([status]) => status.startsWith('2'))?.[1];
  return {
    document,
    success: success as ResponseObject | undefined,
    operation: {
      service,
      operationId: operation.operationId ?? '',
      method,
      path: pathTemplate(path),
      title: operation.summary ?? operation.operationId ?? '',
      expands: (operation.parameters ?? []).some(
        (parameter) => (parameter as ParameterObject).name === 'expand',
      ),
      properties: body === undefined ? [] : templateProperties(document, body),
    },
  };
}

const successSchema = (response: ResponseObject | undefined): SchemaObject | ReferenceObject | undefined =>
  Object.entries(response?.content ?? {}).find(([type]) => /[/+]json\b/.test(type))?.[1].schema;

/** The schema of a HAL page's items. */
function itemOf(schema: SchemaObject): SchemaObject | ReferenceObject | undefined {
  const embedded = schema.properties?._embedded as SchemaObject | undefined;
  return (embedded?.properties?.item as SchemaObject | undefined)?.items;
}
