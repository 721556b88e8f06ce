/**
 * One operation of a contract: the source of its route, its handler's types, its part of the document and
 * the hrefs that lead to it.
 */
import type { Deprecation } from './deprecation.ts';
import { JSON_TYPE } from './media-types.ts';
import type { ProblemType } from './problem.ts';
import type { Body, Resource, StateOf } from './resource.ts';
import type { z } from './schema.ts';
import { type ApplyPatch, isPatch, type Patch } from './schemas/patch.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Names in the braces of a path template: `PathParameter<'/orders/{orderId}'>` is `'orderId'`. */
export type PathParameter<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameter<Rest>
  : never;

/** An OpenAPI Link Object (OpenAPI 3.1 §4.8.20), under the relation that names it. */
export interface LinkSpec {
  /** Of this contract, or of another service's: operation ids are unique behind one gateway. */
  readonly operationId: string;
  /** Parameter name to runtime expression, as `$response.body#/consumerId`. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly description?: string;
  /**
   * JSON Pointer to an array of the body: the link holds once for each element. Expressions name the first
   * element (`$response.body#/lineItems/0/menuItemId`), so that tools which do not know this stay right.
   */
  readonly each?: string;
}

export interface ResponseSpec {
  readonly description: string;
  readonly body?: Body;
  readonly links?: Readonly<Record<string, LinkSpec>>;
}

export type Responses = Readonly<Record<number, ResponseSpec>>;
type Shape = z.ZodObject | undefined;

export interface Operation<
  Id extends string = string,
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  RequestBody extends z.ZodType | Patch | undefined = z.ZodType | Patch | undefined,
  R extends Responses = Responses,
> {
  readonly operationId: Id;
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** The relation under which `/` links to this operation. */
  readonly entry?: string;
  /** `Cache-Control` of what a GET is answered with (RFC 9111 §5.2.2); without it, it is asked about each time. */
  readonly cacheControl?: string;
  /** Whether it may be impossible to undo: pages ask before they do it. */
  readonly destructive?: boolean;
  /** That it is given up, and since when. */
  readonly deprecated?: Deprecation;
  readonly params?: Params;
  readonly query?: Query;
  /** `application/json`, or what `patchOf` makes of a PATCH. */
  readonly body?: RequestBody;
  readonly responses: R;
  /** The problem types of its own; those that any operation can give are added by the library. */
  readonly problems?: readonly ProblemType[];
}

/** Whether it changes something, by its method (RFC 9110 §9.2.1). */
export const changes = ({ method }: Operation): boolean => method !== 'get';

/** Whether it has to have `If-Match`. A POST does without, because no form sends it, and is guarded by the state. */
export const needsPrecondition = ({ method }: Operation): boolean => method !== 'get' && method !== 'post';

/** The media types that a body of this kind is taken in. */
export const bodyTypes = (body: z.ZodType | Patch): readonly string[] =>
  isPatch(body) ? Object.keys(body.content) : [JSON_TYPE];

type OutputOf<S> = S extends z.ZodType ? z.output<S> : Record<never, never>;
type BodyOf<B> = B extends Patch<infer Document> ? ApplyPatch<Document> : OutputOf<B>;

/** What a handler is given: parsed and typed. */
interface Input<O> {
  readonly params: O extends Operation<string, infer P> ? OutputOf<P> : never;
  readonly query: O extends Operation<string, Shape, infer Q> ? OutputOf<Q> : never;
  readonly body: O extends Operation<string, Shape, Shape, infer B> ? BodyOf<B> : never;
  /**
   * Lets the request through when the resource is as its caller expects it (`If-Match`, `If-None-Match`). To be
   * called inside the transaction that changes it, before anything else is decided.
   * @throws StateConflict precondition-failed (412)
   */
  precondition<R extends Resource>(resource: R, state: StateOf<R>): void;
}

/** What a handler returns: one of the declared responses, with the state for its body. */
type Reply<O extends Operation> = {
  [Status in keyof O['responses'] & number]: O['responses'][Status] extends { readonly body: infer B }
    ? { readonly status: Status; readonly body: StateOf<B> }
    : { readonly status: Status };
}[keyof O['responses'] & number];

export type Handler<O extends Operation> = (input: Input<O>) => Promise<Reply<O>>;

/**
 * Declares an operation. The parameters must be those of the path template, no more and no fewer.
 * @throws Error when they are not: a contract that contradicts itself never starts.
 */
export function operation<
  const Id extends string,
  const Path extends string,
  const R extends Responses,
  Params extends z.ZodObject<Record<PathParameter<Path>, z.ZodType>> | undefined = undefined,
  Query extends Shape = undefined,
  RequestBody extends z.ZodType | Patch | undefined = undefined,
>(
  spec: Operation<Id, Params, Query, RequestBody, R> & { readonly path: Path },
): Operation<Id, Params, Query, RequestBody, R> & { readonly path: Path } {
  const inPath = [...spec.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name).sort();
  const declared = Object.keys(spec.params?.shape ?? {}).sort();
  if (inPath.join() !== declared.join())
    throw new Error(
      `${spec.operationId}: the path has the parameters [${inPath}], \`params\` declares [${declared}]`,
    );
  return spec;
}
