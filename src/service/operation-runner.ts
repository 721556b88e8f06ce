/**
 * Runs one operation: input is parsed, the handler tells its story, the reply is represented. It knows no
 * HTTP server, so that a relation of the service's own is expanded without a call.
 *
 * What an operation writes is one unit of work, which is kept when the answer is known.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Limits } from '../config/limits.ts';
import { problemsOf } from '../contract/document/document.ts';
import { changes, type Handler, type Operation } from '../contract/operation.ts';
import { Problem } from '../contract/problem.ts';
import { notImplemented, storageUnavailable } from '../contract/problems.ts';
import { isPage, isResource, type Page, type PageState, type Resource } from '../contract/resource.ts';
import { z } from '../contract/schema.ts';
import { etagOf, stateTag } from '../http/headers/etag.ts';
import { plain } from '../http/uri/href.ts';
import { StateConflict } from '../hypermedia/affordances/state-conflict.ts';
import type { Format } from '../hypermedia/formats/format.ts';
import { hal } from '../hypermedia/formats/hal.ts';
import type { LinkGraph } from '../hypermedia/graph/link-graph.ts';
import type { GraphOperation } from '../hypermedia/graph/model.ts';
import type { Representer, RequestParts } from '../hypermedia/represent.ts';
import type { Representation } from '../hypermedia/representation.ts';
import { isUnavailable, unavailableDetail } from '../storage/unavailable.ts';
import type { Idempotency, Reply } from './idempotency/idempotency.ts';
import { inputParser, type ParsedInput, type RawInput } from './input.ts';
import { Precondition } from './precondition.ts';

export interface OperationRequest extends RawInput {
  /** Path and query as they were asked for. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface OperationAnswer {
  readonly status: number;
  readonly body?: unknown;
  /** Of a resource that is answered with: its `self`. */
  readonly self?: string | undefined;
  /** Of a resource that is answered with: its state, for the entity tag. */
  readonly stateTag?: string | undefined;
  /** Whether it was done before, under the same idempotency key. */
  readonly isReplay?: boolean;
}

/** An answer may be kept, and is asked about again before it is used. */
export const ASKED_EACH_TIME = 'no-cache';

const RETRY_LATER = { 'Retry-After': '1' };

type State = Record<string, unknown>;

export interface RunnerOptions {
  readonly operation: Operation;
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
  readonly #problems: ReadonlySet<string>;

  constructor(options: RunnerOptions) {
    this.operation = options.operation;
    this.node = options.node;
    this.#options = options;
    this.#parse = inputParser(options.operation, options.limits);
    // No contract declares that it is not kept yet.
    this.#problems = new Set([...problemsOf(options.operation), notImplemented].map(({ code }) => code));
  }

  /** Of what it answers with. */
  get cacheControl(): string {
    return this.operation.cacheControl ?? ASKED_EACH_TIME;
  }

  /**
   * @throws Problem what the contract declares; Error for a fault of the service: a problem that is not
   * declared, or a state that does not match its schema
   */
  async answer(request: OperationRequest, format: Format): Promise<OperationAnswer> {
    try {
      return await this.#answer(request, format);
    } catch (error) {
      if (error instanceof Problem || !isUnavailable(error)) throw error;
      throw new Problem(storageUnavailable, unavailableDetail(error) ?? storageUnavailable.meaning, {
        headers: RETRY_LATER,
        cause: error,
      });
    }
  }

  async #answer(request: OperationRequest, format: Format): Promise<OperationAnswer> {
    const input = this.#parse(request);
    const represented = (reply: Reply) => this.#represented(reply, input, request, format);
    if (!changes(this.operation)) return represented(await this.#handle(input, {}));
    const precondition = new Precondition(this.operation, request.headers);
    const work = async (): Promise<Reply> => {
      const reply = await this.#handle(input, { precondition: precondition.check });
      precondition.settle();
      // What cannot be shown is not kept.
      represented(reply);
      return reply;
    };
    const { operationId } = this.operation;
    const { reply, isReplay } = await this.#options.idempotency.once(
      this.operation.method === 'post' ? request.headers : {},
      { operationId, ...input },
      work,
    );
    return { ...represented(reply), isReplay };
  }

  async #handle(input: ParsedInput, tools: { precondition?: Precondition['check'] }): Promise<Reply> {
    try {
      return (await this.#options.handler({ ...input, ...tools } as never)) as Reply;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!this.#problems.has(error.type.code))
        throw new Error(`${this.operation.operationId} does not declare ${error.type.code}`, {
          cause: error,
        });
      throw error instanceof StateConflict ? this.#withState(error, input) : error;
    }
  }

  #represented(
    { status, body: state }: Reply,
    { params, query }: ParsedInput,
    { url }: OperationRequest,
    format: Format,
  ): OperationAnswer {
    const { body } = this.operation.responses[status] ?? {};
    const request = { path: params, query };
    if (isPage(body)) {
      const given = state as PageState<unknown>;
      const page = { ...given, items: given.items.map((item) => z.parse(body.item.state, item) as State) };
      if (body.total !== (page.total !== undefined))
        throw new Error(`${body.name}: \`total\` is declared, or given, but not both`);
      const self = plain(url);
      return { status, body: format.write(this.#options.represent.page(this.node, page, self, request)) };
    }
    if (!isResource(body)) return { status, body: state };
    const { parsed, representation } = this.#resource(body, state, request);
    return {
      status,
      body: format.write(representation),
      self: selfOf(representation),
      stateTag: stateTag(parsed),
    };
  }

  #resource(resource: Resource | Page, state: unknown, request: RequestParts) {
    const shape = this.#options.graph.shape(this.node.service, resource.name);
    if (shape === undefined) throw new Error(`the document has no ${resource.name}`);
    const parsed = (isResource(resource) ? z.parse(resource.state, state) : state) as State;
    return { parsed, representation: this.#options.represent.resource(shape, parsed, request) };
  }

  /** A refusal shows what can be done instead: the links of the resource as it is now, as HAL has them, and its tag. */
  #withState(
    { type, message, extensions, resource, state }: StateConflict,
    { params, query }: ParsedInput,
  ): Problem {
    const { parsed, representation } = this.#resource(resource, state, { path: params, query });
    const { _links, ...body } = hal.write(representation);
    return new Problem(type, message, {
      extensions: { ...extensions, _links },
      headers: { ETag: etagOf(JSON.stringify({ ...body, _links }), stateTag(parsed)) },
    });
  }
}

function selfOf({ links }: Representation): string | undefined {
  const self = links.get('self');
  return self !== undefined && 'href' in self ? self.href : undefined;
}
