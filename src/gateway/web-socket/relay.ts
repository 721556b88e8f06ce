/**
 * Joins the connections of a client and a service that speak WebSocket. Bytes pass unchanged in both directions, and a side
 * that reads slowly slows the other down, so that at most the buffers of the two sockets are in memory.
 *
 * When the gateway ends the conversation, both sides get a close frame (RFC 6455 §5.5.1) as soon as the frame that is being
 * sent to them is complete. Otherwise the end of one side is the end of the other.
 */
import type { Duplex } from 'node:stream';
import { closeFrame, GOING_AWAY, POLICY_VIOLATION } from '../../http/web-socket/close-frame.ts';
import { FrameTracker } from '../../http/web-socket/frame-tracker.ts';

export interface RelayOptions {
  readonly client: Duplex;
  readonly service: Duplex;
  /** Milliseconds without a byte after which the conversation ends; 0 is no limit. */
  readonly idleTimeout: number;
  /** Milliseconds after which the conversation ends; 0 is no limit. */
  readonly maxTime: number;
  /** When the credentials of the client end, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** Called for bytes from each side. */
  readonly onBytes: (from: 'client' | 'service', count: number) => void;
}

/** Milliseconds in which both connections have to close once one of them has ended. */
const CLOSING_TIME = 2_000;

/** Longer timers fire at once (Node, `setTimeout`). */
const MAX_TIMEOUT = 2 ** 31 - 1;

const ENDINGS = {
  idle: { code: GOING_AWAY, reason: 'idle' },
  maxTime: { code: GOING_AWAY, reason: 'time limit' },
  shutdown: { code: GOING_AWAY, reason: 'shutting down' },
  expired: { code: POLICY_VIOLATION, reason: 'credentials expired' },
} as const;

export type Ending = keyof typeof ENDINGS;

/** One direction of the conversation. */
class Direction {
  readonly from: Duplex;
  readonly to: Duplex;
  readonly #tracker = new FrameTracker();
  readonly #isToService: boolean;
  /** The close frame that is to be sent at the end of the current frame. */
  #pendingClose: Buffer | undefined;
  #isClosed = false;

  constructor(from: Duplex, to: Duplex, isToService: boolean) {
    this.from = from;
    this.to = to;
    this.#isToService = isToService;
  }

  pass(bytes: Buffer): void {
    // What arrives after the end is read and dropped, since unread bytes would turn the end into a reset.
    if (this.#isClosed || !this.to.writable) return;
    if (this.#pendingClose !== undefined) {
      this.#passRest(bytes, this.#pendingClose);
      return;
    }
    this.#tracker.read(bytes);
    this.#write(bytes);
  }

  /** Ends the direction, after the bytes that were passed. */
  end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.to.end();
  }

  close({ code, reason }: (typeof ENDINGS)[Ending]): void {
    if (this.#isClosed) return;
    if (this.#tracker.hasClose) {
      this.end();
      return;
    }
    const frame = closeFrame(code, reason, this.#isToService);
    if (this.#tracker.isAtBoundary) this.#endWith(frame);
    else this.#pendingClose = frame;
  }

  /** Passes the rest of the current frame, and then the close frame. */
  #passRest(bytes: Buffer, frame: Buffer): void {
    const boundary = this.#tracker.readToBoundary(bytes);
    this.#write(boundary === undefined ? bytes : bytes.subarray(0, boundary));
    if (boundary === undefined) return;
    if (this.#tracker.hasClose) this.end();
    else this.#endWith(frame);
  }

  #endWith(frame: Buffer): void {
    this.#isClosed = true;
    this.to.end(frame);
    this.from.resume();
  }

  #write(bytes: Buffer): void {
    if (this.to.write(bytes)) return;
    this.from.pause();
    this.to.once('drain', () => this.from.resume());
  }
}

/** @returns a function that ends the conversation */
export function relay({
  client,
  service,
  idleTimeout,
  maxTime,
  expiresAt,
  onBytes,
}: RelayOptions): (ending: Ending) => void {
  const toService = new Direction(client, service, true);
  const toClient = new Direction(service, client, false);
  const startedAt = performance.now();
  let activeAt = startedAt;
  let timer: NodeJS.Timeout | undefined;
  let isEnding = false;

  /** Cuts both connections, unless they close by themselves. */
  const beginEnding = (): void => {
    if (isEnding) return;
    isEnding = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      client.destroy();
      service.destroy();
    }, CLOSING_TIME);
  };
  const end = (ending: Ending): void => {
    if (isEnding) return;
    beginEnding();
    toClient.close(ENDINGS[ending]);
    toService.close(ENDINGS[ending]);
  };
  /** One timer for all limits. Traffic does not restart it: it finds out that there was some. */
  const watch = (): void => {
    const now = performance.now();
    const left: readonly (readonly [Ending, number])[] = [
      ['idle', idleTimeout === 0 ? Number.POSITIVE_INFINITY : activeAt + idleTimeout - now],
      ['maxTime', maxTime === 0 ? Number.POSITIVE_INFINITY : startedAt + maxTime - now],
      ['expired', expiresAt - Date.now()],
    ];
    const over = left.find(([, milliseconds]) => milliseconds <= 0);
    if (over) {
      end(over[0]);
      return;
    }
    const next = Math.min(...left.map(([, milliseconds]) => milliseconds));
    if (next < Number.POSITIVE_INFINITY) timer = setTimeout(watch, Math.min(Math.ceil(next), MAX_TIMEOUT));
  };

  for (const direction of [toService, toClient]) {
    const { from, to } = direction;
    const name = direction === toService ? 'client' : 'service';
    from.on('data', (bytes: Buffer) => {
      activeAt = performance.now();
      onBytes(name, bytes.length);
      direction.pass(bytes);
    });
    from.once('end', () => {
      beginEnding();
      direction.end();
    });
    from.once('close', () => {
      if (from.destroyed && to.destroyed) clearTimeout(timer);
      else {
        beginEnding();
        direction.end();
      }
    });
  }
  if (client.destroyed || service.destroyed) {
    client.destroy();
    service.destroy();
  } else {
    watch();
    client.resume();
    service.resume();
  }
  return end;
}
