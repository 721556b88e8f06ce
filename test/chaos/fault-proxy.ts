/**
 * A proxy between the gateway and an instance of a service. It counts the requests that arrive, and behaves like a
 * broken network or a broken service.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Pool } from 'undici';

/** How one request ends. */
export type Outcome = 'pass' | 'reset' | 'hang' | 'half' | 'garbage' | { delay: number } | { status: number };

export class FaultProxy {
  readonly url: string;
  /** Times of `performance.now()` at which a request arrived. */
  readonly arrivals: number[] = [];
  /** Called for every request; without it every request passes. */
  outcome: (() => Outcome) | undefined;
  readonly #server: Server;
  readonly #port: number;
  readonly #service: Pool;

  static async start(service: string): Promise<FaultProxy> {
    const pool = new Pool(service, { connections: 512 });
    const server = createServer();
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    return new FaultProxy(server, pool);
  }

  private constructor(server: Server, service: Pool) {
    this.#server = server;
    this.#service = service;
    this.#port = (server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.#port}`;
    server.on('request', (req, res) => {
      this.#take(req, res).catch(() => res.destroy());
    });
  }

  /** Stops listening and closes all connections. */
  refuse(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Listens again, at the same port. */
  accept(): void {
    if (!this.#server.listening) this.#server.listen(this.#port, '127.0.0.1');
  }

  async close(): Promise<void> {
    this.refuse();
    await this.#service.destroy();
  }

  async #take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.arrivals.push(performance.now());
    const outcome = this.outcome?.() ?? 'pass';
    const socket = req.socket as Socket;
    if (outcome === 'reset') {
      socket.resetAndDestroy();
    } else if (outcome === 'garbage') {
      socket.end('\u0000\u0001 this is not HTTP\r\n\r\n');
    } else if (outcome === 'hang') {
      req.resume();
    } else if (typeof outcome === 'object' && 'status' in outcome) {
      req.resume();
      res.writeHead(outcome.status, { 'Content-Length': 0 }).end();
    } else {
      if (typeof outcome === 'object') await setTimeout(outcome.delay);
      await this.#pass(req, res, outcome === 'half');
    }
  }

  async #pass(req: IncomingMessage, res: ServerResponse, onlyHalf: boolean): Promise<void> {
    const hasBody = req.method === 'POST' || req.method === 'PUT';
    const { host, connection, 'transfer-encoding': _, ...headers } = req.headers;
    const {
      statusCode,
      headers: upstreamHeaders,
      body,
    } = await this.#service.request({
      method: req.method as 'GET',
      path: req.url ?? '/',
      headers,
      body: hasBody ? req : null,
    });
    const whole = Buffer.from(await body.arrayBuffer());
    res.writeHead(statusCode, {
      'Content-Type': String(upstreamHeaders['content-type']),
      'Cache-Control': String(upstreamHeaders['cache-control']),
      'Content-Length': whole.length,
    });
    if (!onlyHalf) {
      res.end(whole);
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    res.write(whole.subarray(0, whole.length / 2), () => resolve());
    await promise;
    (req.socket as Socket).destroy();
  }
}
