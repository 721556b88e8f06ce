/** The types of the link graph: operations, links between them, and the shapes of their bodies. */
import type { RuntimeExpression } from '../../openapi/runtime-expression.ts';
import type { SchemaMembers } from '../fields/members.ts';
import type { TemplateProperty } from './form-properties.ts';
import type { DocumentedOperation } from './graph-operation.ts';

export interface GraphOperation extends DocumentedOperation {
  /** What it answers with; absent where that is no JSON. */
  readonly shape?: Shape;
  /** Of the JSON body, for a form, with what there is to choose from. */
  readonly properties: readonly TemplateProperty[];
  /** Its query parameters, with what there is to choose from. */
  readonly filters: readonly TemplateProperty[];
  /** How many of what it answers with are had at once. */
  readonly batch?: Batch;
}

/** An operation that answers for many resources of another, as a page of them. */
export interface Batch {
  readonly operation: GraphOperation;
  /** The list parameter, and what is between its values where they are one text. */
  readonly parameter: string;
  readonly separator: string | undefined;
  /** The path parameter of the other operation that its values are of. */
  readonly pathParameter: string;
  readonly max: number;
  /** Whether it has a `limit`, which then has to be as large as what is asked for. */
  readonly hasLimit: boolean;
}

export interface Link {
  readonly rel: string;
  readonly target: GraphOperation;
  readonly parameters: readonly (readonly [string, RuntimeExpression])[];
  /** Where in the body the value of a parameter is, by its name. */
  readonly parameterPointers: ReadonlyMap<string, readonly string[]>;
  readonly description?: string;
  /** Segments of the array that the link holds for each element of. */
  readonly each?: readonly string[];
}

/** A schema of a body and where it leads. */
export interface Shape {
  readonly service: string;
  /** Of the schema; of one that has none, what it is a part of. */
  readonly name: string;
  /** Whether the name is that of a component of the document. */
  readonly isNamed: boolean;
  readonly links: ReadonlyMap<string, Link>;
  /** Of its state. */
  readonly members: SchemaMembers;
  /** Of a page or another list: what its items are. */
  readonly item?: Shape;
  /** Where those are: segments from the body to the array. */
  readonly itemsAt?: readonly string[];
}

/** Links that lead on, to something that can be fetched: those that `expand` may name. */
export const expandable = (shape: Shape): Link[] =>
  [...shape.links.values()].filter(({ rel, target }) => target.method === 'GET' && rel !== 'self');

/** Links to operations that change something. */
export const actions = (shape: Shape): Link[] => [...shape.links.values()].filter(isAction);

export const isAction = ({ target }: Link): boolean => target.method !== 'GET';

/** Whether a form can carry it out: the other methods need `If-Match`, which no form sends, so they are links. */
export const isForm = ({ target }: Link): boolean => target.method === 'POST';
