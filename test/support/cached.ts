/** A gateway with a cache before a scripted service, and a wall clock that a test moves on. */
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, jest } from '@jest/globals';
import { request } from 'undici';
import { Cache } from '../../src/outbound/http-cache/cache.ts';
import { document, startGateway, type TestGatewayOptions } from './gateway.ts';
import type { TestUpstream } from './upstream.ts';

let skippedMilliseconds = 0;

beforeEach(() => {
  skippedMilliseconds = 0;
  const real = Date.now;
  jest.spyOn(Date, 'now').mockImplementation(() => real() + skippedMilliseconds);
});

const caches: Cache[] = [];

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(caches.splice(0).map((cache) => cache.close()));
});

/** Seconds go by; what waits on a timer does not notice. */
export const passSeconds = (seconds: number): void => {
  skippedMilliseconds += seconds * 1000;
};

/** Lets the network go on until it has brought what is waited for. */
export async function runUntil(isDone: () => boolean): Promise<void> {
  for (let turn = 0; !isDone(); turn++) {
    if (turn === MAX_TURNS) throw new Error(`waited in vain until ${isDone}`);
    await new Promise(setImmediate);
  }
}

/** More than anything here takes; a test that waits in vain is to say so, and to end. */
const MAX_TURNS = 100_000;

/** As a service would write it now, or in so many seconds. */
export const httpDate = (inSeconds = 0): string => new Date(Date.now() + inSeconds * 1000).toUTCString();

export interface ScriptedResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

export interface TestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TestRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const everything = { get: {}, put: {}, post: {}, delete: {} };
const ITEMS = { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] };

const CACHED_PATHS = {
  '/x': everything,
  '/y': everything,
  '/items/{id}': { ...ITEMS, get: {}, put: {} },
};

/** @param answer what the service says */
export const respondWith =
  (answer: (req: IncomingMessage) => ScriptedResponse): TestUpstream['respond'] =>
  (req, res) => {
    const { status = 200, headers = {}, body = '' } = answer(req);
    res.writeHead(status, { Date: httpDate(), ...(headers as Record<string, string | string[]>) });
    res.end(body);
  };

export interface CachedOptions extends Omit<TestGatewayOptions, 'cache'> {
  readonly components?: Record<string, unknown>;
  /** As in `gateway.yaml`. */
  readonly cache?: string;
  readonly sharedCache?: Cache;
}

export const startCachedGateway = async (options: CachedOptions = {}) => {
  const { components = {}, cache = 'on', service = '', sharedCache: keeps = new Cache(), ...rest } = options;
  caches.push(keeps);
  let begun = 0;
  const onArrival = () => {
    begun += 1;
  };
  const gateway = await startGateway(
    { things: document(CACHED_PATHS, components) },
    {
      service: `unknownQuery: pass, cache: ${cache}${service && `, ${service}`}`,
      onArrival,
      cache: keeps,
      ...rest,
    },
  );
  const upstream = gateway.services.things;
  if (upstream === undefined) throw new Error('no upstream');
  const send = async ({
    method = 'GET',
    path = '/x',
    headers = {},
  }: TestRequest = {}): Promise<TestResponse> => {
    const answer = await request(gateway.url + path, { method: method as 'GET', headers });
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      body: await answer.body.text(),
    };
  };
  /** So many requests have come to the gateway, and gone as far as they do without an answer. */
  const arrived = async (count: number) => {
    await runUntil(() => begun >= count);
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  };
  return { ...gateway, upstream, ask: send, arrived };
};
