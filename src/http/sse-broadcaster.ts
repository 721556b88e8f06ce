/**
 * Sends pages again to the clients that have them open, as server-sent events (HTML, "Server-sent events"). Each
 * page is rendered once for all its viewers, at a fixed interval and at once after a change. Nothing is rendered
 * without viewers.
 *
 * Sends 200 `text/event-stream`, which is never cached, or 503 when there are too many viewers.
 */
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { Problem } from '../contract/problem.ts';
import { overloaded } from '../contract/problems.ts';
import { markEventStream } from './event-stream.ts';
import { cache } from './page/entity.ts';
import { dataSecurity } from './page/security.ts';

export const EVENT_STREAM = 'text/event-stream';

export interface SseBroadcasterOptions {
  /** Changes when all viewers should get their page at once. */
  readonly revision: () => string;
  /** Whether the process drains. Viewers are then disconnected and reconnect to another process. */
  readonly isDraining: () => boolean;
  readonly log: Pick<Logger, 'error'>;
}

/** Milliseconds. */
const CHECK_INTERVAL = 500;
const REFRESH_INTERVAL = 2000;
const RECONNECT_DELAY = 1000;
const RETRY_AFTER = { 'Retry-After': '10' };

const MAX_VIEWERS = 100;
/** Limits one client, so that it does not shut out others. */
const MAX_VIEWERS_PER_CLIENT = 20;
/** Unread bytes of one viewer, above which the viewer is disconnected. */
const MAX_UNREAD_BYTES = 1024 ** 2;

interface LivePage {
  readonly render: () => string;
  readonly viewers: Set<Response>;
}

export class SseBroadcaster {
  readonly #options: SseBroadcasterOptions;
  readonly #pages = new Map<string, LivePage>();
  #timer: NodeJS.Timeout | undefined;
  #revision = '';
  #sentAt = 0;
  #isEnded = false;

  constructor(options: SseBroadcasterOptions) {
    this.#options = options;
  }

  /**
   * @param key identifies the page
   * @throws Problem overloaded (503)
   */
  add(req: Request, res: Response, key: string, render: () => string): void {
    const viewers = [...this.#pages.values()].flatMap((page) => [...page.viewers]);
    const client = clientNetwork(req.ip);
    const own = viewers.filter((one) => clientNetwork(one.req.ip) === client);
    if (viewers.length >= MAX_VIEWERS || own.length >= MAX_VIEWERS_PER_CLIENT)
      throw new Problem(overloaded, 'Too many clients watch live pages.', {
        headers: RETRY_AFTER,
      });
    res.set({
      ...dataSecurity,
      'Content-Type': EVENT_STREAM,
      'Cache-Control': cache.never,
      // Without this header nginx would buffer the events.
      'X-Accel-Buffering': 'no',
    });
    markEventStream(res, EVENT_STREAM);
    if (req.method === 'HEAD' || this.#isEnded) {
      res.end();
      return;
    }
    res.write(`retry: ${RECONNECT_DELAY}\n${eventOf(render())}`);
    const page = this.#pages.get(key) ?? { render, viewers: new Set() };
    this.#pages.set(key, page);
    page.viewers.add(res);
    res.once('close', () => {
      page.viewers.delete(res);
      if (page.viewers.size === 0) this.#pages.delete(key);
      if (this.#pages.size === 0) this.#stop();
    });
    this.#start();
  }

  /** Disconnects all viewers; they reconnect by themselves. */
  end(): void {
    this.#isEnded = true;
    for (const { viewers } of this.#pages.values()) for (const res of viewers) res.end();
  }

  #start(): void {
    if (this.#timer) return;
    this.#revision = this.#options.revision();
    this.#sentAt = performance.now();
    this.#timer = setInterval(() => this.#check(), CHECK_INTERVAL).unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    if (this.#options.isDraining()) {
      this.end();
      return;
    }
    const revision = this.#options.revision();
    const now = performance.now();
    if (revision === this.#revision && now - this.#sentAt < REFRESH_INTERVAL) return;
    this.#revision = revision;
    this.#sentAt = now;
    for (const page of this.#pages.values()) this.#send(page);
  }

  /** When a page fails to render, its viewers are disconnected. They reconnect and get the error as the response. */
  #send({ render, viewers }: LivePage): void {
    try {
      const event = eventOf(render());
      for (const res of viewers) {
        if (res.writableLength > MAX_UNREAD_BYTES) res.destroy();
        else res.write(event);
      }
    } catch (err) {
      this.#options.log.error({ err }, 'A live page could not be rendered.');
      for (const res of viewers) res.end();
    }
  }
}

const eventOf = (page: string): string => `data: ${JSON.stringify(page)}\n\n`;

/** One client controls a whole IPv6 network (RFC 6177). */
const clientNetwork = (address = ''): string =>
  address.includes('.') ? address.replace(/^::ffff:/i, '') : address.split(':', 4).join(':');
