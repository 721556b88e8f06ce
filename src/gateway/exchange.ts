/** What the gateway's steps know of a request, once it is known whose it is. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { RequestContext } from '../http/context.ts';
import type { GatewayOperation } from './operation.ts';
import type { Match } from './routing/router.ts';

export class Exchange {
  readonly context: RequestContext;
  readonly operation: GatewayOperation;
  /** Path parameters, percent-encoded as they came. */
  readonly params: ReadonlyMap<string, string>;
  /** As it came, without its question mark. */
  readonly query: string;
  /** Path and query that the service is asked for; a step may change it. */
  target: string;
  /** What is sent on: the bytes as they came. */
  body: Buffer | Readable | null = null;

  constructor(context: RequestContext, { operation, params, query }: Match, target: string) {
    this.context = context;
    this.operation = operation;
    this.params = params;
    this.query = query;
    this.target = target;
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
