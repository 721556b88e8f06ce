/**
 * Pages that are sent again to whoever has them open, as server-sent events (HTML, "Server-sent events"): each page is
 * made once for all who look at it, now and then, and at once when something turns. Nothing is made while nobody looks.
 *
 * Reads nothing; sends 200 `text/event-stream`, never cached, or 503 when too many look.
 */
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { Problem } from '../contract/problem.ts';
import { overloaded } from '../contract/problems.ts';
import { markEventStream } from './event-stream.ts';
import { cache } from './page/entity.ts';
import { dataSecurity } from './page/security.ts';

export const EVENT_STREAM = 'text/event-stream';

export interface WatchersOptions {
  /** Changes when everybody should see it at once. */
  readonly turn: () => string;
  /** Whether the process drains: then whoever looks is sent elsewhere. */
  readonly isOver: () => boolean;
  readonly log: Pick<Logger, 'error'>;
}

/** Milliseconds. */
const LOOK = 500;
const REFRESH = 2000;
const RECONNECT = 1000;
const RETRY_AFTER = { 'Retry-After': '10' };

const MOST = 100;
/** Of one client, so that it does not shut out others. */
const MOST_OF_CLIENT = 20;
/** Bytes that wait for somebody who does not read; then it is cut off. */
const UNREAD = 1024 ** 2;

interface Page {
  readonly render: () => string;
  readonly viewers: Set<Response>;
}

export class Watchers {
  readonly #options: WatchersOptions;
  readonly #pages = new Map<string, Page>();
  #timer: NodeJS.Timeout | undefined;
  #turn = '';
  #sentAt = 0;
  #isEnded = false;

  constructor(options: WatchersOptions) {
    this.#options = options;
  }

  /**
   * @param key of the page
   * @throws Problem overloaded (503)
   */
  add(req: Request, res: Response, key: string, render: () => string): void {
    const viewers = [...this.#pages.values()].flatMap((page) => [...page.viewers]);
    const client = networkOf(req.ip);
    const own = viewers.filter((one) => networkOf(one.req.ip) === client);
    if (viewers.length >= MOST || own.length >= MOST_OF_CLIENT)
      throw new Problem(overloaded, 'Too many look at pages like this one already.', {
        headers: RETRY_AFTER,
      });
    res.set({
      ...dataSecurity,
      'Content-Type': EVENT_STREAM,
      'Cache-Control': cache.never,
      // nginx would hold it back.
      'X-Accel-Buffering': 'no',
    });
    markEventStream(res, EVENT_STREAM);
    if (req.method === 'HEAD' || this.#isEnded) {
      res.end();
      return;
    }
    res.write(`retry: ${RECONNECT}\n${eventOf(render())}`);
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

  /** Whoever looks comes again, to whoever answers then. */
  end(): void {
    this.#isEnded = true;
    for (const { viewers } of this.#pages.values()) for (const res of viewers) res.end();
  }

  #start(): void {
    if (this.#timer) return;
    this.#turn = this.#options.turn();
    this.#sentAt = performance.now();
    this.#timer = setInterval(() => this.#look(), LOOK).unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    if (this.#options.isOver()) {
      this.end();
      return;
    }
    const turn = this.#options.turn();
    const now = performance.now();
    if (turn === this.#turn && now - this.#sentAt < REFRESH) return;
    this.#turn = turn;
    this.#sentAt = now;
    for (const page of this.#pages.values()) this.#send(page);
  }

  /** A page that cannot be made ends for those who look at it: asking again, they are told why. */
  #send({ render, viewers }: Page): void {
    try {
      const event = eventOf(render());
      for (const res of viewers) {
        if (res.writableLength > UNREAD) res.destroy();
        else res.write(event);
      }
    } catch (err) {
      this.#options.log.error({ err }, 'A page that is kept fresh could not be made.');
      for (const res of viewers) res.end();
    }
  }
}

const eventOf = (page: string): string => `data: ${JSON.stringify(page)}\n\n`;

/** Who has an IPv6 address has a whole network of them (RFC 6177). */
const networkOf = (address = ''): string =>
  address.includes('.') ? address.replace(/^::ffff:/i, '') : address.split(':', 4).join(':');
