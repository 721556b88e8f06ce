/** A shop with scripted responses, behind a gateway that checks them against its document. */
import type { RequestListener } from 'node:http';
import request from 'supertest';
import { ConformanceStats, type ServiceDrift } from '../../src/gateway/conformance/conformance-stats.ts';
import { createPages } from '../../src/gateway/portal/pages.ts';
import { document, startGateway } from './gateway.ts';
import { live } from './live.ts';

const JSON_TYPE = 'application/json';
const item = { $ref: '#/components/schemas/Item' };
const problem = { 'application/problem+json': { schema: { type: 'object', required: ['title'] } } };

const shopDocument = document(
  {
    '/items': {
      get: {
        operationId: 'listItems',
        parameters: [{ name: 'fields', in: 'query', schema: { type: 'string' } }],
        responses: {
          200: {
            description: '',
            content: {
              [JSON_TYPE]: {
                schema: { type: 'object', properties: { items: { type: 'array', items: item } } },
              },
              'text/event-stream': {},
            },
          },
          '4XX': { description: '', content: problem },
        },
      },
    },
    '/items/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      get: {
        operationId: 'getItem',
        responses: {
          200: {
            description: '',
            headers: {
              'X-Rate': { required: true, schema: { type: 'integer' } },
              'X-Note': { schema: { type: 'string' } },
            },
            content: { [`${JSON_TYPE}; charset=utf-8`]: { schema: item } },
          },
          204: { description: '' },
        },
      },
      put: {
        operationId: 'putItem',
        requestBody: { content: { [JSON_TYPE]: { schema: item } } },
        responses: { default: { description: '', content: { '*/*': { schema: item } } } },
      },
      delete: { operationId: 'deleteItem', responses: {} },
    },
    '/tree': {
      get: {
        operationId: 'getTree',
        responses: {
          200: {
            description: '',
            content: { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Tree' } } },
          },
        },
      },
    },
    '/odd': {
      get: {
        operationId: 'getOdd',
        responses: { 200: { description: '', content: { [JSON_TYPE]: { schema: { type: 'odd' } } } } },
      },
    },
  },
  {
    schemas: {
      Item: {
        type: 'object',
        required: ['id', 'price', 'secret'],
        properties: {
          id: { type: 'string' },
          price: { type: 'integer' },
          secret: { type: 'string', writeOnly: true },
          counts: { type: 'object', additionalProperties: { type: 'integer' } },
        },
      },
      Tree: {
        type: 'object',
        properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
      },
    },
  },
);

export async function startShop(service: string, config = '') {
  const ledger = new ConformanceStats();
  const [, mode = 'off', , sample = '1'] = /responses: (\w+)(, sample: ([\d.]+))?/.exec(service) ?? [];
  const drift = () =>
    ledger.of({ name: 'shop', responses: mode as 'observe' | 'enforce' | 'off', sample: Number(sample) });
  const pages = createPages({
    services: [{ name: 'shop', document: shopDocument }],
    status: () => [
      {
        name: 'shop',
        breaker: 'closed',
        inFlight: 0,
        queued: 0,
        requests: 0,
        failures: 0,
        retries: 0,
        retriesRefused: 0,
        recentFailures: [],
        instances: [],
        droppedLinks: 0,
        faults: [],
        hasContract: true,
        drift: drift(),
      },
    ],
    isDraining: () => false,
    live: live(),
  });
  const faults: string[] = [];
  const gateway = await startGateway(
    { shop: shopDocument },
    {
      service,
      config,
      conformanceStats: ledger,
      pages,
      onFault: (_, { pointer, reason }) => faults.push(`${pointer} ${reason}`),
    },
  );
  const upstream = gateway.services.shop;
  if (!upstream) throw new Error('no shop');
  return {
    url: gateway.url,
    log: gateway.log,
    faults,
    respondWith: (handler: RequestListener) => {
      upstream.respond = handler;
    },
    get: (path: string) => request(gateway.url).get(path),
    /** The statistics as `/status` shows them. */
    drift: async (): Promise<ServiceDrift> =>
      (await request(gateway.url).get('/status').expect(200)).body.services[0].drift,
    page: async (): Promise<string> =>
      (await request(gateway.url).get('/status').set('Accept', 'text/html').expect(200)).text,
  };
}

/** A handler that sends a response. */
export const sends =
  (status: number, headers: Record<string, string>, body: string | Buffer = ''): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, headers).end(body);

export const json = (body: unknown, headers: Record<string, string> = {}): RequestListener =>
  sends(200, { 'Content-Type': JSON_TYPE, 'X-Rate': '7', ...headers }, JSON.stringify(body));
