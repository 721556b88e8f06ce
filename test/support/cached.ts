/** A gateway with a cache in front of a scripted service, and a wall clock that tests advance. */
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

/** Advances the wall clock, but no timers. */
export const passSeconds = (seconds: number): void => {
  skippedMilliseconds += seconds * 1000;
};

/** Runs the event loop until a condition holds. */
export async function runUntil(isDone: () => boolean): Promise<void> {
  for (let turn = 0; !isDone(); turn++) {
    if (turn === MAX_TURNS) throw new Error(`The condition never held: ${isDone}`);
    await new Promise(setImmediate);
  }
}

/** More turns than any test needs; then the condition never holds. */
const MAX_TURNS = 100_000;

/** The HTTP date now, or in some seconds. */
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

/** Makes a service respond as scripted. */
export const respondWith =
  (response: (req: IncomingMessage) => ScriptedResponse): TestUpstream['respond'] =>
  (req, res) => {
    const { status = 200, headers = {}, body = '' } = response(req);
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
    const response = await request(gateway.url + path, { method: method as 'GET', headers });
    return {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      body: await response.body.text(),
    };
  };
  /** Waits until so many requests have arrived at the gateway, and wait for their responses. */
  const arrived = async (count: number) => {
    await runUntil(() => begun >= count);
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  };
  return { ...gateway, upstream, ask: send, arrived };
};
