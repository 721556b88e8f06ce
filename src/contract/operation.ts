/**
 * One operation of a contract. Its route, the types of its handler, its part of the document and the hrefs that lead to
 * it are derived from it.
 */
import type { Caller } from './caller.ts';
import type { Deprecation } from './deprecation.ts';
import { JSON_TYPE } from './media-types.ts';
import type { ProblemType } from './problem.ts';
import type { Body, Resource, StateOf } from './resource.ts';
import type { z } from './schema.ts';
import { type ApplyPatch, isPatch, type Patch } from './schemas/patch.ts';
import type { SecurityRequirements } from './security.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Names in the braces of a path template: `PathParameter<'/orders/{orderId}'>` is `'orderId'`. */
export type PathParameter<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameter<Rest>
  : never;

/** An OpenAPI Link Object (OpenAPI 3.1 §4.8.20), under the relation that names it. */
export interface LinkSpec {
  /** An operation of this contract or of another service: operation ids are unique behind one gateway. */
  readonly operationId: string;
  /** Runtime expressions by parameter name, such as `$response.body#/consumerId`. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly description?: string;
  /**
   * JSON Pointer to an array of the body: the link holds once for each element. Expressions name the first
   * element (`$response.body#/lineItems/0/menuItemId`), so that tools without support for `each` still get a valid link.
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
  /** The relation of the link from `/` to this operation. */
  readonly entry?: string;
  /** `Cache-Control` of the response to a GET (RFC 9111 §5.2.2). By default caches revalidate each time. */
  readonly cacheControl?: string;
  /** Whether the operation may be impossible to undo: pages ask for confirmation. */
  readonly destructive?: boolean;
  /** Set for deprecated operations. */
  readonly deprecated?: Deprecation;
  /**
   * Who may call it: one of the requirements has to hold. `[]` lets everyone call an operation of a contract with
   * `security`.
   */
  readonly security?: SecurityRequirements | undefined;
  readonly params?: Params;
  readonly query?: Query;
  /** A schema for `application/json`, or `patchOf(…)` for a PATCH. */
  readonly body?: RequestBody;
  readonly responses: R;
  /** The problem types of this operation. The library adds the ones that every operation has. */
  readonly problems?: readonly ProblemType[];
}

/** Whether the method is unsafe (RFC 9110 §9.2.1). */
export const isUnsafe = ({ method }: Operation): boolean => method !== 'get';

/** Whether `If-Match` is required. A POST needs none: forms cannot send it, and the state guards the action. */
export const needsPrecondition = ({ method }: Operation): boolean => method !== 'get' && method !== 'post';

/** The accepted media types of a request body. */
export const bodyTypes = (body: z.ZodType | Patch): readonly string[] =>
  isPatch(body) ? Object.keys(body.content) : [JSON_TYPE];

type OutputOf<S> = S extends z.ZodType ? z.output<S> : Record<never, never>;
type BodyOf<B> = B extends Patch<infer Document> ? ApplyPatch<Document> : OutputOf<B>;

/** The parsed and typed input of a handler. */
interface HandlerInput<O> {
  readonly params: O extends Operation<string, infer P> ? OutputOf<P> : never;
  readonly query: O extends Operation<string, Shape, infer Q> ? OutputOf<Q> : never;
  readonly body: O extends Operation<string, Shape, Shape, infer B> ? BodyOf<B> : never;
  /** Who calls; undefined for anonymous requests, and where the service does not know its callers (`IDENTITY`). */
  readonly caller?: Caller | undefined;
  /**
   * Checks `If-Match` and `If-None-Match` against the current state. Call it first, inside the transaction that changes
   * the resource.
   * @throws Problem precondition-failed (412)
   */
  precondition<R extends Resource>(resource: R, state: StateOf<R>): void;
}

/** The result of a handler: one of the declared responses, with the state as its body. */
type HandlerResponse<O extends Operation> = {
  [Status in keyof O['responses'] & number]: O['responses'][Status] extends { readonly body: infer B }
    ? { readonly status: Status; readonly body: StateOf<B> }
    : { readonly status: Status };
}[keyof O['responses'] & number];

export type Handler<O extends Operation> = (input: HandlerInput<O>) => Promise<HandlerResponse<O>>;

/**
 * Declares an operation.
 * @throws Error when `params` and the parameters of the path template differ
 */
export function operation<
  const Id extends string,
  const Path extends string,
  const R extends Responses,
  Params extends z.ZodObject<Record<PathParameter<Path>, z.ZodType>> | undefined = undefined,
  Query extends Shape = undefined,
  RequestBody extends z.ZodType | Patch | undefined = undefined,
  const Security extends SecurityRequirements | undefined = undefined,
>(
  spec: Operation<Id, Params, Query, RequestBody, R> & {
    readonly path: Path;
    readonly security?: Security;
  },
): Operation<Id, Params, Query, RequestBody, R> & { readonly path: Path; readonly security: Security } {
  const inPath = [...spec.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name).sort();
  const declared = Object.keys(spec.params?.shape ?? {}).sort();
  if (inPath.join() !== declared.join())
    throw new Error(
      `${spec.operationId}: the path has the parameters [${inPath}], but \`params\` declares [${declared}]`,
    );
  return spec as typeof spec & { readonly security: Security };
}
