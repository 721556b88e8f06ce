/** Counts WebSocket connections, and limits them for the gateway and for each client. Reloads keep it. */
import type { WebSocketLimits } from '../../config/policies/web-socket.ts';
import { Problem } from '../../contract/problem.ts';
import { overloaded, tooManyConnections } from '../../contract/problems.ts';

/** The WebSocket connections of one service. */
export interface WebSocketCounts {
  open: number;
  /** Connections since the gateway started. */
  opened: number;
  /** Bytes from clients. */
  received: number;
  /** Bytes to clients. */
  sent: number;
}

/** Seconds. */
const RETRY_AFTER = { 'Retry-After': '10' };

export class WebSockets {
  #reserved = 0;
  readonly #byClient = new Map<string, number>();
  readonly #byService = new Map<string, WebSocketCounts>();

  /**
   * Reserves a place for a connection, before its handshake.
   * @param client identifies the client
   * @returns a function that frees the place; it has to be called once
   * @throws Problem overloaded (503), too-many-connections (429)
   */
  reserve(client: string, { total, perClient }: WebSocketLimits): () => void {
    const own = this.#byClient.get(client) ?? 0;
    if (own >= perClient)
      throw new Problem(
        tooManyConnections,
        `A client can have ${perClient} open WebSocket connections at the same time.`,
        { headers: RETRY_AFTER, extensions: { limit: perClient } },
      );
    if (this.#reserved >= total)
      throw new Problem(overloaded, 'Too many WebSocket connections are open.', { headers: RETRY_AFTER });
    this.#reserved += 1;
    this.#byClient.set(client, own + 1);
    return () => {
      this.#reserved -= 1;
      const left = (this.#byClient.get(client) ?? 1) - 1;
      if (left === 0) this.#byClient.delete(client);
      else this.#byClient.set(client, left);
    };
  }

  /** The counts of a service; the owner of a connection updates them. */
  of(service: string): WebSocketCounts {
    let counts = this.#byService.get(service);
    if (counts === undefined) {
      counts = { open: 0, opened: 0, received: 0, sent: 0 };
      this.#byService.set(service, counts);
    }
    return counts;
  }

  /** Connections and handshakes, of all services. */
  get reserved(): number {
    return this.#reserved;
  }

  /** Clients that have a connection. */
  get clients(): number {
    return this.#byClient.size;
  }
}
