/** Measures one way to get the page, with its own server process. */
import type { Child } from '../child.ts';
import { startChild } from '../child.ts';
import { Client } from './client.ts';
import type { Way } from './ways.ts';

const SECONDS = 1;
const AT_ONCE = 8;
const MEASURED_CORE = 0;

export interface Slice {
  /** Milliseconds for each page, requested one after the other. */
  readonly times: readonly number[];
  /** CPU microseconds of the server per page, when several pages are requested at the same time. */
  readonly cpu: number;
}

export class Contender {
  readonly way: Way;
  readonly client: Client;
  readonly #child: Child;
  readonly #upstream: Child;

  private constructor(way: Way, child: Child, upstream: Child) {
    this.way = way;
    this.client = new Client(child.url);
    this.#child = child;
    this.#upstream = upstream;
  }

  static async start(way: Way, upstream: Child): Promise<Contender> {
    const { url } = upstream;
    const environment = {
      UPSTREAM: url,
      ORDERS_URL: url,
      CONSUMERS_URL: url,
      GATEWAY_CONFIG: './expand/gateway.yaml',
    };
    return new Contender(way, await startChild(way.server, environment, MEASURED_CORE), upstream);
  }

  /** @throws Error when a page caused another number of calls than expected */
  async measure(): Promise<Slice> {
    const callsBefore = await this.#upstream.meter();
    const times = await this.#pages();
    const before = await this.#child.meter();
    const more = (await Promise.all(Array.from({ length: AT_ONCE }, () => this.#pages()))).flat();
    const cpu = ((await this.#child.meter()) - before) / more.length;
    const calls = ((await this.#upstream.meter()) - callsBefore) / (times.length + more.length);
    const { title, calls: expected } = this.way;
    if (calls !== expected) throw new Error(`${title}: ${calls} calls a page, not ${expected}`);
    return { times, cpu };
  }

  async stop(): Promise<void> {
    await this.client.close();
    this.#child.stop();
  }

  async #pages(): Promise<number[]> {
    const times: number[] = [];
    const end = performance.now() + SECONDS * 1000;
    for (let start = performance.now(); start < end; start = performance.now()) {
      await this.way.get(this.client);
      times.push(performance.now() - start);
    }
    return times;
  }
}
