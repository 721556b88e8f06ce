/** What the gateway's steps know of a request to an operation: one of a client, or one for a part of a response. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { RequestContext } from '../http/context.ts';
import { headersOf } from '../http/headers/raw-headers.ts';
import { type GatewayOperation, serviceTarget } from './operation.ts';
import type { Match } from './routing/router.ts';

export class Exchange {
  /** The request of the client: this one, or the one whose response this is a part of. */
  readonly client: IncomingMessage;
  readonly context: RequestContext;
  readonly method: string;
  readonly operation: GatewayOperation;
  /** Path parameters, percent-encoded as they came. */
  readonly params: ReadonlyMap<string, string>;
  /** As it came, without its question mark. */
  readonly query: string;
  /** Path and query that the service is asked for; a step may change it. */
  target: string;
  /** What is sent on: the bytes as they came. */
  body: Buffer | Readable | null = null;
  /** Of a part: its own headers, raw. */
  readonly #ownHeaders: readonly string[] | undefined;

  private constructor(
    client: IncomingMessage,
    context: RequestContext,
    method: string,
    { operation, params, query, url }: Match,
    ownHeaders?: readonly string[],
  ) {
    this.client = client;
    this.context = context;
    this.method = method;
    this.operation = operation;
    this.params = params;
    this.query = query;
    this.target = serviceTarget(operation, url);
    this.#ownHeaders = ownHeaders;
  }

  static fromClient(client: IncomingMessage, context: RequestContext, match: Match): Exchange {
    return new Exchange(client, context, client.method ?? '', match);
  }

  /** @param headers its own, raw: those of the client as far as they hold for it */
  static forInternalRequest(
    parent: Exchange,
    method: string,
    match: Match,
    headers: readonly string[],
  ): Exchange {
    return new Exchange(parent.client, parent.context, method, match, headers);
  }

  /** Whether it is a request of the gateway's own, for a part of a response. It has no body. */
  get isInternal(): boolean {
    return this.#ownHeaders !== undefined;
  }

  /** By name in lower case, as Node has them. */
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

export const exchangeOf = (req: IncomingMessage): Exchange => {
  const exchange = (req as WithExchange)[EXCHANGE];
  if (!exchange) throw new Error('route() has to come before whatever needs the exchange');
  return exchange;
};
