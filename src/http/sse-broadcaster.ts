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

export interface SseBroadcasterOptions {
  /** Changes when everybody should see it at once. */
  readonly revision: () => string;
  /** Whether the process drains: then whoever looks is sent elsewhere. */
  readonly isDraining: () => boolean;
  readonly log: Pick<Logger, 'error'>;
}

/** Milliseconds. */
const CHECK_INTERVAL = 500;
const REFRESH_INTERVAL = 2000;
const RECONNECT_DELAY = 1000;
const RETRY_AFTER = { 'Retry-After': '10' };

const MAX_VIEWERS = 100;
/** Of one client, so that it does not shut out others. */
const MAX_VIEWERS_PER_CLIENT = 20;
/** Bytes that wait for somebody who does not read; then it is cut off. */
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
   * @param key of the page
   * @throws Problem overloaded (503)
   */
  add(req: Request, res: Response, key: string, render: () => string): void {
    const viewers = [...this.#pages.values()].flatMap((page) => [...page.viewers]);
    const client = clientNetwork(req.ip);
    const own = viewers.filter((one) => clientNetwork(one.req.ip) === client);
    if (viewers.length >= MAX_VIEWERS || own.length >= MAX_VIEWERS_PER_CLIENT)
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

  /** Whoever looks comes again, to whoever answers then. */
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

  /** A page that cannot be made ends for those who look at it: asking again, they are told why. */
  #send({ render, viewers }: LivePage): void {
    try {
      const event = eventOf(render());
      for (const res of viewers) {
        if (res.writableLength > MAX_UNREAD_BYTES) res.destroy();
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
const clientNetwork = (address = ''): string =>
  address.includes('.') ? address.replace(/^::ffff:/i, '') : address.split(':', 4).join(':');
