/** Sends requests at an even rate, even when responses are slow, so that slow clients do not reduce the load. */
import { Agent } from 'undici';
import { BODY, type Kind, MIX } from './mix.ts';

export interface Sample {
  readonly kind: Kind;
  /** Of `performance.now()`. */
  readonly at: number;
  /** Milliseconds until the whole response arrived, or until it failed. */
  readonly milliseconds: number;
  /** 0 without a response, or when it was truncated. */
  readonly status: number;
}

/** Requests a second. */
export const RATE = 200;

/** Milliseconds after which a client leaves. */
const PATIENCE = 3000;

const TICK = 10;

export class Load {
  readonly samples: Sample[] = [];
  readonly #gateway: string;
  readonly #agent = new Agent({ connections: 1024, headersTimeout: 0, bodyTimeout: 0 });
  readonly #open = new Set<Promise<void>>();
  readonly #begun = performance.now();
  readonly #timer: NodeJS.Timeout;
  #sent = 0;

  constructor(gateway: string) {
    this.#gateway = gateway;
    this.#timer = setInterval(() => this.#catchUp(), TICK);
  }

  /** Resolves when every request that was sent is over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    while (this.#open.size > 0) await Promise.race(this.#open);
    await this.#agent.destroy();
  }

  #catchUp(): void {
    const due = Math.floor(((performance.now() - this.#begun) * RATE) / 1000);
    while (this.#sent < due) {
      const n = this.#sent++;
      const one = this.#ask(MIX[n % MIX.length] as Kind, n).then(() => {
        this.#open.delete(one);
      });
      this.#open.add(one);
    }
  }

  async #ask(kind: Kind, n: number): Promise<void> {
    const at = performance.now();
    const left = new AbortController();
    const timer = setTimeout(() => left.abort(), PATIENCE);
    const status = await this.#agent
      .request({
        origin: this.#gateway,
        path: kind.path(n),
        method: kind.method,
        signal: left.signal,
        headers: { ...kind.headers?.(n) },
        body: kind.method === 'GET' ? null : BODY,
      })
      .then(async ({ statusCode, body }) => {
        await body.arrayBuffer();
        return statusCode;
      })
      .catch(() => 0);
    clearTimeout(timer);
    this.samples.push({ kind, at, status, milliseconds: performance.now() - at });
  }
}
