/** HTTP at every path of the running system: methods, caching and links to descriptions. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import parseLinks from 'http-link-header';
import type { OpenAPIObject, ParameterObject, SchemaObject } from 'openapi3-ts/oas31';
import request from 'supertest';
import { startCountedSystem } from '../support/counted-system.ts';
import { describeSamples } from '../support/samples.ts';

const OWN = [
  '/',
  '/docs',
  '/status',
  '/openapi.json',
  '/openapi.yaml',
  '/openapi/orders.json',
  '/problems',
  '/problems/not-found',
  '/rels',
  '/.well-known/api-catalog',
  '/health',
  '/health/live',
  '/health/ready',
];

describeSamples('Every path', () => {
  let system: Awaited<ReturnType<typeof startCountedSystem>>;
  let document: OpenAPIObject;
  const serviceOf = new Map<string, string>();

  beforeAll(async () => {
    system = await startCountedSystem();
    document = (await request(system.url).get('/openapi.json')).body;
    for (const name of Object.keys(system.services)) {
      const { body } = await request(system.url).get(`/openapi/${name}.json`).expect(200);
      for (const path of Object.keys(body.paths)) serviceOf.set(path, name);
    }
  }, 60_000);
  afterAll(() => system.close());

  /** Each templated path with the examples of its parameters, and its methods. */
  const paths = () =>
    Object.entries(document.paths ?? {}).map(([template, item = {}]) => {
      const operations = Object.entries(item).filter(([key]) => /^(get|put|post|patch|delete)$/.test(key));
      const parameters = operations.flatMap(([, { parameters = [] }]) => parameters as ParameterObject[]);
      const exampleOf = (name: string) =>
        (parameters.find((parameter) => parameter.name === name)?.schema as SchemaObject | undefined)
          ?.example;
      return {
        path: template.replaceAll(/\{([^}]+)\}/g, (_, name) => exampleOf(name)),
        service: serviceOf.get(template) as string,
        methods: operations.map(([method]) => method.toUpperCase()),
      };
    });

  it('responds to OPTIONS with Allow and, for PATCH, Accept-Patch, at the gateway and at the service', async () => {
    for (const { path, service, methods } of paths())
      for (const url of [system.url, system.services[service] as string]) {
        const { status, headers } = await request(url).options(path);
        expect([path, status]).toEqual([path, 204]);
        const reads = methods.includes('GET') ? ['HEAD'] : [];
        expect((headers.allow ?? '').split(', ').toSorted()).toEqual(
          [...methods, ...reads, 'OPTIONS'].toSorted(),
        );
        expect(headers['accept-patch'] !== undefined).toBe(methods.includes('PATCH'));
        expect(headers['cache-control']).toBe('no-cache');
      }
    for (const path of OWN) {
      const { headers } = await request(system.url).options(path).expect(204);
      expect(headers).toMatchObject({ allow: 'GET, HEAD, OPTIONS', 'cache-control': 'no-cache' });
    }
  });

  it('responds to HEAD as to GET without the body, and has Cache-Control', async () => {
    const readable = paths().filter(({ methods }) => methods.includes('GET'));
    for (const path of [...readable.map((one) => one.path), ...OWN]) {
      // The client library accepts gzip only for GET.
      const get = await request(system.url).get(path).set('Accept-Encoding', 'gzip').expect(200);
      const head = await request(system.url).head(path).set('Accept-Encoding', 'gzip').expect(200);
      expect(head.text).toBeFalsy();
      const comparable = (all: Record<string, unknown>) => {
        const { date, 'x-request-id': id, connection, age, 'cache-status': said, ...headers } = all;
        return headers;
      };
      expect([path, comparable(head.headers)]).toEqual([path, comparable(get.headers)]);
      expect(get.headers['cache-control']).toMatch(/^(no-cache|no-store|public, max-age=\d+)/);
    }
  });

  it('has a Link header with itself, its description and its neighbours in every format', async () => {
    for (const { path, service } of paths().filter(({ methods }) => methods.includes('GET')))
      for (const type of ['application/json', 'application/hal+json', 'application/vnd.siren+json']) {
        const { headers } = await request(system.url).get(path).accept(type).expect(200);
        const links = parseLinks.parse(headers.link as string);
        expect(links.rel('self')).toMatchObject([{ uri: path }]);
        expect(links.rel('service-desc')).toMatchObject([{ uri: `/openapi/${service}.json` }]);
        const [{ uri = '' } = {}] = links.rel('describedby');
        const [file = '', pointer = ''] = uri.split('#');
        const { body } = await request(system.url).get(file).expect(200);
        expect(body.components.schemas).toHaveProperty([pointer.split('/').at(-1) ?? '']);
      }
  });

  it('leads from page to page by the Link header, with the same query', async () => {
    const seen: string[] = [];
    let at: string | undefined = '/orders?limit=9&expand=consumer';
    while (at !== undefined) {
      const response: request.Response = await request(system.url).get(at).accept('application/json');
      const { body, headers } = response;
      for (const item of body._embedded.item) {
        seen.push(item.id);
        expect(item._embedded.consumer.id).toBe(item.consumerId);
      }
      at = parseLinks.parse(headers.link as string).rel('next')[0]?.uri;
    }
    expect(seen.length).toBeGreaterThan(20);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('forbids caching of a problem, and links to its description', async () => {
    for (const [method, path] of [
      ['get', '/nowhere'],
      ['get', '/orders?limit=x'],
      ['delete', '/orders'],
      ['post', '/orders/o-none/cancel'],
    ] as const) {
      const { status, headers, body } = await request(system.url)[method](path);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(headers['cache-control']).toBe('no-store');
      expect(parseLinks.parse(headers.link as string).rel('describedby')).toMatchObject([{ uri: body.type }]);
      await request(system.url).get(body._links.describedby.href).expect(200);
      await request(system.url).get(body._links.up.href).expect(200);
    }
  });
});
