/**
 * Runs one operation: parses its input, calls the handler, and represents the result. It does not depend on an HTTP
 * server, so that a relation of the service itself is expanded without a call.
 *
 * The writes of an operation are one unit of work, which is committed when the response is known.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Limits } from '../config/limits.ts';
import type { Caller } from '../contract/caller.ts';
import type { Contract } from '../contract/contract.ts';
import { problemsOf } from '../contract/document/document.ts';
import { type Handler, isUnsafe, type Operation } from '../contract/operation.ts';
import { Problem } from '../contract/problem.ts';
import { notImplemented, storageUnavailable } from '../contract/problems.ts';
import { isPage, isResource, type Page, type PageState, type Resource } from '../contract/resource.ts';
import { z } from '../contract/schema.ts';
import { etagOf, stateTag } from '../http/headers/etag.ts';
import { withoutSelection } from '../http/uri/href.ts';
import { StateConflict } from '../hypermedia/affordances/state-conflict.ts';
import type { Format } from '../hypermedia/formats/format.ts';
import { hal } from '../hypermedia/formats/hal.ts';
import type { LinkGraph } from '../hypermedia/graph/link-graph.ts';
import type { Allows, GraphOperation } from '../hypermedia/graph/model.ts';
import type { Representer, RequestParts } from '../hypermedia/represent.ts';
import { isUnavailable, unavailableDetail } from '../storage/unavailable.ts';
import type { HandlerResult, Idempotency } from './idempotency/idempotency.ts';
import { inputParser, type ParsedInput, type RawInput } from './input.ts';
import { Precondition } from './precondition.ts';

export interface OperationRequest extends RawInput {
  /** Path and query as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Who calls; undefined for anonymous requests, and where the service does not know its callers. */
  readonly caller?: Caller | undefined;
  /** What is offered to the caller. Without it, everything is. */
  readonly allows?: Allows | undefined;
}

export interface OperationResponse {
  readonly status: number;
  readonly body?: unknown;
  /** The `self` link of the resource in the response. */
  readonly self?: string | undefined;
  /** Identifies the state of the resource in the response, for the entity tag. */
  readonly stateTag?: string | undefined;
  /** Whether the response is that of an earlier request with the same idempotency key. */
  readonly isReplay?: boolean;
}

/** Caches may store a response, and have to revalidate it before each use. */
export const DEFAULT_CACHE_CONTROL = 'no-cache';

const RETRY_LATER = { 'Retry-After': '1' };

type State = Record<string, unknown>;

export interface RunnerOptions {
  readonly operation: Operation;
  /** The security of its contract. */
  readonly contract?: Pick<Contract, 'security'>;
  readonly node: GraphOperation;
  readonly handler: Handler<Operation>;
  readonly graph: LinkGraph;
  readonly represent: Representer;
  readonly idempotency: Idempotency;
  readonly limits: Pick<Limits, 'body' | 'depth'>;
}

export class OperationRunner {
  readonly operation: Operation;
  readonly node: GraphOperation;
  readonly #options: RunnerOptions;
  readonly #parse: (raw: RawInput) => ParsedInput;
  readonly #declaredProblems: ReadonlySet<string>;

  constructor(options: RunnerOptions) {
    this.operation = options.operation;
    this.node = options.node;
    this.#options = options;
    this.#parse = inputParser(options.operation, options.limits);
    // Contracts do not declare `not-implemented`.
    this.#declaredProblems = new Set(
      [...problemsOf(options.operation, options.contract ?? {}), notImplemented].map(({ code }) => code),
    );
  }

  /** The `Cache-Control` of the response. */
  get cacheControl(): string {
    return this.operation.cacheControl ?? DEFAULT_CACHE_CONTROL;
  }

  /**
   * @throws Problem that the contract declares; Error for a fault of the service: an undeclared problem, or a state
   * that does not match its schema
   */
  async run(request: OperationRequest, format: Format): Promise<OperationResponse> {
    try {
      return await this.#run(request, format);
    } catch (error) {
      if (error instanceof Problem || !isUnavailable(error)) throw error;
      throw new Problem(storageUnavailable, unavailableDetail(error) ?? storageUnavailable.meaning, {
        headers: RETRY_LATER,
        cause: error,
      });
    }
  }

  async #run(request: OperationRequest, format: Format): Promise<OperationResponse> {
    const input = this.#parse(request);
    const represent = (result: HandlerResult) => this.#represent(result, input, request, format);
    if (!isUnsafe(this.operation)) return represent(await this.#callHandler(input, request, {}));
    const precondition = new Precondition(this.operation, request.headers);
    const work = async (): Promise<HandlerResult> => {
      const result = await this.#callHandler(input, request, { precondition: precondition.check });
      precondition.assertChecked();
      // A result that cannot be represented is not committed.
      represent(result);
      return result;
    };
    const { operationId } = this.operation;
    const { result, isReplay } = await this.#options.idempotency.runOnce(
      this.operation.method === 'post' ? request.headers : {},
      { operationId, ...input },
      work,
      request.caller,
    );
    return { ...represent(result), isReplay };
  }

  async #callHandler(
    input: ParsedInput,
    { caller, allows }: OperationRequest,
    tools: { precondition?: Precondition['check'] },
  ): Promise<HandlerResult> {
    try {
      return (await this.#options.handler({ ...input, caller, ...tools } as never)) as HandlerResult;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!this.#declaredProblems.has(error.type.code))
        throw new Error(`${this.operation.operationId} does not declare ${error.type.code}`, {
          cause: error,
        });
      throw error instanceof StateConflict ? this.#withState(error, input, allows) : error;
    }
  }

  #represent(
    { status, body: state }: HandlerResult,
    { params, query }: ParsedInput,
    { url, allows }: OperationRequest,
    format: Format,
  ): OperationResponse {
    const { body } = this.operation.responses[status] ?? {};
    const request = { path: params, query, allows };
    if (isPage(body)) {
      const pageState = state as PageState<unknown>;
      const page = {
        ...pageState,
        items: pageState.items.map((item) => z.parse(body.item.state, item) as State),
      };
      if (body.total !== (page.total !== undefined))
        throw new Error(
          `${body.name}: \`total\` is either declared without a value or has a value without being declared`,
        );
      const self = withoutSelection(url);
      return { status, body: format.write(this.#options.represent.page(this.node, page, self, request)) };
    }
    if (!isResource(body)) return { status, body: state };
    const { parsed, representation, self } = this.#representResource(body, state, request);
    return {
      status,
      body: format.write(representation),
      self,
      stateTag: stateTag(parsed),
    };
  }

  #representResource(resource: Resource | Page, state: unknown, request: RequestParts) {
    const shape = this.#options.graph.shape(this.node.service, resource.name);
    if (shape === undefined) throw new Error(`the document has no ${resource.name}`);
    const parsed = (isResource(resource) ? z.parse(resource.state, state) : state) as State;
    const { represent } = this.#options;
    return {
      parsed,
      representation: represent.resource(shape, parsed, request),
      self: represent.self(shape, parsed, request),
    };
  }

  /** Adds the possible actions to a refusal: the links of the current resource, as HAL has them, and its tag. */
  #withState(
    { type, message, extensions, resource, state, offering }: StateConflict,
    { params, query }: ParsedInput,
    allows: Allows | undefined,
  ): Problem {
    const request = { path: params, query, allows };
    const { parsed, representation } = this.#representResource(resource, state, request);
    const { _links, ...body } = hal.write(representation);
    const offered = offering?.((rel) => representation.links.has(rel));
    return new Problem(type, offered?.detail ?? message, {
      extensions: { ...(offered?.extensions ?? extensions), _links },
      headers: { ETag: etagOf(JSON.stringify({ ...body, _links }), stateTag(parsed)) },
    });
  }
}
