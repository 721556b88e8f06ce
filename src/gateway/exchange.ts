/** The state that steps share about a request to an operation: of a client, or an internal one for an embedded resource. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { RequestContext } from '../http/context.ts';
import { headersOf } from '../http/headers/raw-headers.ts';
import { type GatewayOperation, serviceTarget } from './operation.ts';
import type { Match } from './routing/router.ts';

export class Exchange {
  /** The request of the client. For an internal request, the one whose response embeds the resource. */
  readonly client: IncomingMessage;
  /** The response to that request. */
  readonly response: ServerResponse;
  readonly context: RequestContext;
  readonly method: string;
  readonly operation: GatewayOperation;
  /** Path parameters, percent-encoded as received. */
  readonly params: ReadonlyMap<string, string>;
  /** The query as received, without the question mark. */
  readonly query: string;
  /** Path and query to request from the service. A step may change it. */
  target: string;
  /** The body to forward, unchanged. */
  body: Buffer | Readable | null = null;
  /** Changes that steps make to the headers for the service, in order. */
  #headerChanges: ((raw: string[]) => void)[] | undefined;
  /** Raw headers of an internal request. */
  readonly #ownHeaders: readonly string[] | undefined;

  private constructor(
    client: IncomingMessage,
    response: ServerResponse,
    context: RequestContext,
    method: string,
    { operation, params, query, url }: Match,
    ownHeaders?: readonly string[],
  ) {
    this.client = client;
    this.response = response;
    this.context = context;
    this.method = method;
    this.operation = operation;
    this.params = params;
    this.query = query;
    this.target = serviceTarget(operation, url);
    this.#ownHeaders = ownHeaders;
  }

  static fromClient(
    client: IncomingMessage,
    response: ServerResponse,
    context: RequestContext,
    match: Match,
  ): Exchange {
    return new Exchange(client, response, context, client.method ?? '', match);
  }

  /** @param headers raw headers: those of the client that apply to this request */
  static forInternalRequest(
    parent: Exchange,
    method: string,
    match: Match,
    headers: readonly string[],
  ): Exchange {
    return new Exchange(parent.client, parent.response, parent.context, method, match, headers);
  }

  /** Whether the gateway itself makes this request, for an embedded resource. Such a request has no body. */
  get isInternal(): boolean {
    return this.#ownHeaders !== undefined;
  }

  /** Raw headers, as they were received. */
  get rawHeaders(): readonly string[] {
    return this.#ownHeaders ?? this.client.rawHeaders;
  }

  /** @param change of raw headers in place; it may run several times */
  changeHeaders(change: (raw: string[]) => void): void {
    // Throws for a change that is not possible.
    change([...this.rawHeaders]);
    this.#headerChanges ??= [];
    this.#headerChanges.push(change);
  }

  /** Raw headers for the service, with the changes of steps. */
  serviceHeaders(raw: readonly string[]): readonly string[] {
    if (this.#headerChanges === undefined) return raw;
    const changed = [...raw];
    for (const change of this.#headerChanges) change(changed);
    return changed;
  }

  /** Headers by lower-case name, as Node.js provides them. */
  get headers(): IncomingHttpHeaders {
    return this.#ownHeaders === undefined ? this.client.headers : headersOf(this.#ownHeaders);
  }
}

const EXCHANGE = Symbol('exchange');

interface WithExchange extends IncomingMessage {
  [EXCHANGE]?: Exchange;
}

export const setExchange = (req: IncomingMessage, exchange: Exchange): void => {
  (req as WithExchange)[EXCHANGE] = exchange;
};

/** Undefined before the operation is known. */
export const findExchange = (req: IncomingMessage): Exchange | undefined => (req as WithExchange)[EXCHANGE];

export const exchangeOf = (req: IncomingMessage): Exchange => {
  const exchange = findExchange(req);
  if (!exchange) throw new Error('route() must run before any step that needs the exchange');
  return exchange;
};
