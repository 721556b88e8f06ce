/**
 * Runs one operation: input is parsed, the handler tells its story, the reply is represented. It knows no
 * HTTP server, so that a relation of the service's own is expanded without a call.
 */

import { problemsOf } from '../contract/document.ts';
import type { Handler, Operation } from '../contract/operation.ts';
import { Problem } from '../contract/problem.ts';
import { isPage, isResource, type PageState } from '../contract/resource.ts';
import { z } from '../contract/schema.ts';
import { ActionNotAllowed } from '../hypermedia/affordance.ts';
import type { Format } from '../hypermedia/formats/format.ts';
import { hal } from '../hypermedia/formats/hal.ts';
import type { GraphOperation, LinkGraph, Shape } from '../hypermedia/graph.ts';
import { withQuery } from '../hypermedia/href.ts';
import type { Represent, Representation } from '../hypermedia/represent.ts';
import { inputParser, type ParsedInput, type RawInput } from './input.ts';

export interface OperationRequest extends RawInput {
  /** Path and query as they were asked for. */
  readonly url: string;
}

export interface OperationAnswer {
  readonly status: number;
  readonly body?: unknown;
  /** Of a resource that is answered with: its `self`. */
  readonly self?: string | undefined;
}

type State = Record<string, unknown>;

export class OperationRunner {
  readonly operation: Operation;
  readonly node: GraphOperation;
  readonly #handler: Handler<Operation>;
  readonly #graph: LinkGraph;
  readonly #represent: Represent;
  readonly #parse: (raw: RawInput) => ParsedInput;
  readonly #problems: ReadonlySet<string>;

  constructor(
    operation: Operation,
    node: GraphOperation,
    handler: Handler<Operation>,
    graph: LinkGraph,
    represent: Represent,
  ) {
    this.operation = operation;
    this.node = node;
    this.#handler = handler;
    this.#graph = graph;
    this.#represent = represent;
    this.#parse = inputParser(operation);
    this.#problems = new Set(problemsOf(operation).map(({ code }) => code));
  }

  /**
   * @throws Problem what the contract declares; Error for a fault of the service: a problem that is not
   * declared, or a state that does not match its schema
   */
  async answer(request: OperationRequest, format: Format): Promise<OperationAnswer> {
    const input = this.#parse(request);
    const { status, body } = await this.#handle(input);
    const representation = this.#representation(status, body, input, request);
    if (representation === undefined) return { status, body };
    return { status, body: format.write(representation), self: selfOf(representation) };
  }

  async #handle(input: ParsedInput): Promise<{ status: number; body?: unknown }> {
    try {
      return (await this.#handler(input as never)) as { status: number; body?: unknown };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!this.#problems.has(error.type.code))
        throw new Error(`${this.operation.operationId} does not declare ${error.type.code}`, {
          cause: error,
        });
      throw error instanceof ActionNotAllowed ? this.#withLinks(error, input) : error;
    }
  }

  #representation(
    status: number,
    state: unknown,
    { params, query }: ParsedInput,
    { url }: OperationRequest,
  ): Representation | undefined {
    const { body } = this.operation.responses[status] ?? {};
    const request = { path: params, query };
    if (isPage(body)) {
      const given = state as PageState<unknown>;
      const page = { ...given, items: given.items.map((item) => z.parse(body.item.state, item) as State) };
      if (body.total !== (page.total !== undefined))
        throw new Error(`${body.name}: \`total\` is declared, or given, but not both`);
      return this.#represent.page(this.node, page, withQuery(url, [['expand', undefined]]), request);
    }
    if (isResource(body))
      return this.#represent.resource(this.#shape(body.name), z.parse(body.state, state) as State, request);
    return undefined;
  }

  /** A refusal shows what can be done instead: the links of the resource as it is now, as HAL has them. */
  #withLinks(error: ActionNotAllowed, { params, query }: ParsedInput): Problem {
    const shape = this.#shape(error.resource.name);
    const { _links } = hal.write(
      this.#represent.resource(shape, error.state as State, { path: params, query }),
    );
    return new Problem(error.type, error.message, { extensions: { ...error.extensions, _links } });
  }

  #shape(name: string): Shape {
    const shape = this.#graph.shape(this.node.service, name);
    if (shape === undefined) throw new Error(`the document has no ${name}`);
    return shape;
  }
}

function selfOf({ links }: Representation): string | undefined {
  const self = links.get('self');
  return self !== undefined && 'href' in self ? self.href : undefined;
}
