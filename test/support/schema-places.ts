/**
 * Puts one schema at every location of a contract where values are received or sent, and returns the gateway's
 * result for a value there.
 */
import http from 'node:http';
import { parseOpenApi } from '../../src/gateway/documents/read-document.ts';
import type { DocumentFault } from '../../src/openapi/load/document-fault.ts';
import { startGateway } from './gateway.ts';

export const VERSIONS = ['3.0.3', '3.1.0'] as const;
export type Version = (typeof VERSIONS)[number];

export const JSON_PLACES = ['body', 'member', 'item', 'response', 'response member'] as const;
export const TEXT_PLACES = ['form', 'query', 'path', 'header', 'cookie', 'response header'] as const;
export type Place = (typeof JSON_PLACES)[number] | (typeof TEXT_PLACES)[number];

const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });
const member = (schema: unknown) => ({ type: 'object', required: ['v'], properties: { v: schema } });
const ok = { 200: { description: 'ok' } };

/** @param refer whether each place refers to the schema as a component */
const documentOf = (openapi: Version, schema: unknown, schemas: object) => ({
  openapi,
  info: { title: 'places', version: '1.0.0' },
  paths: {
    '/body': { post: { requestBody: json(schema), responses: ok } },
    '/member': { post: { requestBody: json(member(schema)), responses: ok } },
    '/item': { post: { requestBody: json({ type: 'array', items: schema }), responses: ok } },
    '/form': {
      post: {
        requestBody: { content: { 'application/x-www-form-urlencoded': { schema: member(schema) } } },
        responses: ok,
      },
    },
    '/query': { get: { parameters: [{ name: 'v', in: 'query', schema }], responses: ok } },
    '/header': { get: { parameters: [{ name: 'X-V', in: 'header', schema }], responses: ok } },
    '/cookie': { get: { parameters: [{ name: 'v', in: 'cookie', schema }], responses: ok } },
    '/path/{v}': {
      get: { parameters: [{ name: 'v', in: 'path', required: true, schema }], responses: ok },
    },
    '/response': { get: { responses: { 200: { description: 'ok', ...json(schema) } } } },
    '/response-member': { get: { responses: { 200: { description: 'ok', ...json(member(schema)) } } } },
    '/response-header': {
      get: { responses: { 200: { description: 'ok', headers: { 'X-V': { schema } } } } },
    },
  },
  components: { schemas },
});

export interface Places {
  readonly faults: readonly DocumentFault[];
  /**
   * Whether a value is accepted there.
   * @param value JSON, or the text as sent for a location of text
   */
  takes(place: Place, value: unknown): Promise<boolean>;
}

export async function startPlaces(version: Version, schema: unknown, schemas: object = {}): Promise<Places> {
  const faults: DocumentFault[] = [];
  const text = JSON.stringify(documentOf(version, schema, schemas));
  const document = parseOpenApi(text, 'places.json', { onFault: (fault) => faults.push(fault) });
  const { url, services } = await startGateway(
    { places: document },
    { service: 'responses: enforce', onFault: (_, fault) => faults.push(fault) },
  );
  let reply: { body: string; headers: http.OutgoingHttpHeaders } = { body: 'ok', headers: {} };
  if (services.places)
    services.places.respond = (_req, res) => {
      res.writeHead(200, reply.headers).end(reply.body);
    };
  const send = async (path: string, options: http.RequestOptions = {}, body?: string): Promise<boolean> => {
    const status = await statusOf(url + path, options, body);
    if (![200, 400, 502].includes(status)) throw new Error(`unexpected status ${status} of ${path}`);
    return status === 200;
  };
  const post = (path: string, body: string, type = 'application/json') =>
    send(path, { method: 'POST', headers: { 'Content-Type': type } }, body);
  const give = (value: string) => {
    reply = { body: value, headers: { 'Content-Type': 'application/json' } };
  };

  return {
    faults,
    async takes(place, value) {
      reply = { body: 'ok', headers: {} };
      const own = typeof value === 'string' ? value : JSON.stringify(value);
      switch (place) {
        case 'body':
          return post('/body', JSON.stringify(value));
        case 'member':
          return post('/member', JSON.stringify({ v: value }));
        case 'item':
          return post('/item', JSON.stringify([value]));
        case 'form':
          return post('/form', `v=${encodeURIComponent(own)}`, 'application/x-www-form-urlencoded');
        case 'query':
          return send(`/query?v=${encodeURIComponent(own)}`);
        case 'path':
          return send(`/path/${encodeURIComponent(own)}`);
        case 'header':
          return send('/header', { headers: { 'X-V': own } });
        case 'cookie':
          return send('/cookie', { headers: { Cookie: `v=${encodeURIComponent(own)}` } });
        case 'response header':
          reply = { body: 'ok', headers: { 'X-V': own } };
          return send('/response-header');
        case 'response':
          give(JSON.stringify(value));
          return send('/response');
        case 'response member':
          give(JSON.stringify({ v: value }));
          return send('/response-member');
      }
    },
  };
}

const statusOf = (url: string, options: http.RequestOptions, body?: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { ...options, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject).end(body);
  });
