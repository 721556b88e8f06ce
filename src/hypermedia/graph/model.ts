/** The types of the link graph: operations, links between them, and the shapes of their bodies. */
import type { RuntimeExpression } from '../../openapi/runtime-expression.ts';
import type { SchemaMembers } from '../fields/members.ts';
import type { TemplateProperty } from './form-properties.ts';
import type { DocumentedOperation } from './graph-operation.ts';

export interface GraphOperation extends DocumentedOperation {
  /** The shape of its response; absent if that is not JSON. */
  readonly shape?: Shape;
  /** The form properties of the JSON body, with options. */
  readonly properties: readonly TemplateProperty[];
  /** Its query parameters, with options. */
  readonly filters: readonly TemplateProperty[];
  /** The form properties, with the options that the caller may read. */
  propertiesFor(allows: Allows): readonly TemplateProperty[];
  /** The query parameters, with the options that the caller may read. */
  filtersFor(allows: Allows): readonly TemplateProperty[];
  /** The operation that returns many of its resources at once. */
  readonly batch?: Batch;
}

/**
 * Whether the caller of a request may call an operation. Links, actions and expansions whose target is not allowed are
 * not offered, so that what is advertised can be executed.
 */
export type Allows = (target: GraphOperation) => boolean;

/** Where nothing is enforced. */
export const ALLOWS_ALL: Allows = () => true;

/** An operation that returns many resources of another operation, as a page. */
export interface Batch {
  readonly operation: GraphOperation;
  /** The list parameter, and the separator if its values are one text. */
  readonly parameter: string;
  readonly separator: string | undefined;
  /** The path parameter of the other operation that the values belong to. */
  readonly pathParameter: string;
  readonly max: number;
  /** Whether it has a `limit`, which must then cover the requested resources. */
  readonly hasLimit: boolean;
}

export interface Link {
  readonly rel: string;
  readonly target: GraphOperation;
  readonly parameters: readonly (readonly [string, RuntimeExpression])[];
  /** The path of a parameter's value in the body, by parameter name. */
  readonly parameterPointers: ReadonlyMap<string, readonly string[]>;
  readonly description?: string;
  /** Segments of the path to the array whose elements have the link. */
  readonly each?: readonly string[];
}

/** The schema of a body with its links. */
export interface Shape {
  readonly service: string;
  /** The name of the schema or, without one, of its origin. */
  readonly name: string;
  /** Whether the name is a component name of the document. */
  readonly isNamed: boolean;
  readonly links: ReadonlyMap<string, Link>;
  /** The members of its state. */
  readonly members: SchemaMembers;
  /** The shape of the items, for a page or another list. */
  readonly item?: Shape;
  /** The path from the body to the array of items. */
  readonly itemsAt?: readonly string[];
}

/** Links to other resources that can be fetched: those that `expand` may name. */
export const expandable = (shape: Shape): Link[] =>
  [...shape.links.values()].filter(({ rel, target }) => target.method === 'GET' && rel !== 'self');

/** Links to operations that change something. */
export const actionLinks = (shape: Shape): Link[] => [...shape.links.values()].filter(isAction);

export const isAction = ({ target }: Link): boolean => target.method !== 'GET';

/** Whether a form can perform the action. Other methods need `If-Match`, which forms do not send, so they are links. */
export const isForm = ({ target }: Link): boolean => target.method === 'POST';
