/** The client that asks for the pages: one for all ways, with JSON in and out. */
import { Pool } from 'undici';

export interface Consumer {
  readonly id: string;
}

export interface Order {
  readonly id: string;
  readonly consumerId: string;
}

/** A page as the services send it. */
export interface List<T> {
  readonly _embedded: { readonly item: readonly T[] };
}

export class Client {
  readonly #pool: Pool;

  constructor(url: string) {
    this.#pool = new Pool(url, { connections: 128, pipelining: 1 });
  }

  get<T>(path: string): Promise<T> {
    return this.#send({ method: 'GET', path, headers: { accept: 'application/hal+json' } });
  }

  post<T>(path: string, body: object): Promise<T> {
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    return this.#send({ method: 'POST', path, headers, body: JSON.stringify(body) });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #send<T>(request: Parameters<Pool['request']>[0]): Promise<T> {
    const { statusCode, body } = await this.#pool.request(request);
    if (statusCode !== 200) throw new Error(`${request.path}: ${statusCode} ${await body.text()}`);
    return (await body.json()) as T;
  }
}
