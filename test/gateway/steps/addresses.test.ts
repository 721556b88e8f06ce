/** Clients that are refused by their address reach nothing but the probes, on any way. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { createPages } from '../../../src/gateway/portal/pages.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { document, startGateway, type TestGatewayOptions } from '../../support/gateway.ts';
import { authors, books } from '../../support/graph.ts';
import { live } from '../../support/live.ts';

const notes = document({ '/notes': { get: {}, post: {} } });
const pages = () =>
  createPages({
    services: [{ name: 'notes', document: notes }],
    status: () => [],
    isDraining: () => false,
    live: live(),
  });

const OFFICE = '203.0.113.5';
const STRANGER = '198.51.100.5';
const PROXY = 'trustedProxies: [127.0.0.0/8]';
const start = (config: string, options: TestGatewayOptions = {}) =>
  startGateway({ notes }, { pages: pages(), config: `${PROXY}\n${config}`, ...options });
const LISTS = `addresses: { allow: [203.0.113.0/24], deny: [203.0.113.66] }`;

const WAYS = [
  ['get', '/notes'],
  ['head', '/notes'],
  ['post', '/notes'],
  ['options', '/notes'],
  ['delete', '/notes'],
  ['get', '/n%6ftes'],
  ['get', '/nothing'],
  ['get', '/'],
  ['get', '/openapi.json'],
  ['get', '/status'],
  ['get', '/health'],
  ['get', '/health/other'],
  ['get', '/%68ealth/live'],
  ['post', '/health/live'],
  ['get', '/notes/../health/live'],
] as const;

describe('With lists of addresses', () => {
  it.each(WAYS)('A client that is not listed gets 403 for %s %s', async (method, path) => {
    const { url, services } = await start(LISTS);
    for (const client of [STRANGER, '203.0.113.66', '::ffff:203.0.113.66', 'unknown']) {
      const { status, body } = await request(url)[method](path).set('X-Forwarded-For', client);
      expect(status).toBe(403);
      if (method !== 'head') expect(body.type).toBe('/problems/address-refused');
      expect(JSON.stringify(body)).not.toContain('203.0.113');
    }
    expect(services.notes?.requests).toEqual([]);
  });

  it.each(WAYS.slice(0, 12))('A client that is listed is not refused for %s %s', async (method, path) => {
    const { url } = await start(LISTS);
    const { status } = await request(url)[method](path).set('X-Forwarded-For', OFFICE);
    expect(status).not.toBe(403);
  });

  it.each(['/health/live', '/health/ready', '/health/live?x=1'])(
    'Probes reach %s from every address',
    async (path) => {
      const { url } = await start(LISTS);
      for (const client of [STRANGER, 'unknown', undefined]) {
        const sent = request(url).get(path);
        if (client) sent.set('X-Forwarded-For', client);
        expect((await sent).status).toBe(200);
      }
    },
  );

  it('A preflight is refused too, and the page of an allowed origin can read why', async () => {
    const { url } = await start(`${LISTS}\ncors: { origins: [https://app.example] }`);
    const page = { Origin: 'https://app.example', 'X-Forwarded-For': STRANGER };
    const preflight = await request(url)
      .options('/notes')
      .set({ ...page, 'Access-Control-Request-Method': 'POST' });
    expect(preflight.status).toBe(403);
    const { status, body, headers } = await request(url).get('/notes').set(page);
    expect([status, body.type, headers['access-control-allow-origin']]).toEqual([
      403,
      '/problems/address-refused',
      'https://app.example',
    ]);
  });

  it('Without a trusted proxy, the address of the connection decides, whatever the headers say', async () => {
    const own = (config: string) => startGateway({ notes }, { config });
    const forged = { 'X-Forwarded-For': OFFICE, Forwarded: `for=${OFFICE}` };
    const refused = await own(LISTS);
    expect((await request(refused.url).get('/notes').set(forged)).status).toBe(403);
    const allowed = await own('addresses: { allow: [127.0.0.1] }');
    expect((await request(allowed.url).get('/notes').set('X-Forwarded-For', STRANGER)).status).toBe(200);
    const denied = await own('addresses: { deny: [127.0.0.0/8] }');
    expect((await request(denied.url).get('/notes').set(forged)).status).toBe(403);
  });
});

describe('The lists of a service', () => {
  const HAL = 'application/hal+json';
  const library = async (serviceByName: Record<string, string>) => {
    const documents = {
      authors: contractDocument(authors, formats),
      books: contractDocument(books, formats),
    };
    const gateway = await startGateway(documents, { config: PROXY, serviceByName });
    const bodies = {
      authors: { id: 'a', _links: { self: { href: '/authors/a' } } },
      books: {
        id: '1',
        authorId: 'a',
        chapters: [],
        _links: { self: { href: '/books/1' }, author: { href: '/authors/a' } },
      },
    };
    for (const [name, body] of Object.entries(bodies)) {
      const upstream = gateway.services[name];
      if (upstream)
        upstream.respond = (_req, res) =>
          res.writeHead(200, { 'Content-Type': HAL }).end(JSON.stringify(body));
    }
    const get = (path: string, client: string) =>
      request(gateway.url).get(path).set({ Accept: HAL, 'X-Forwarded-For': client });
    return { ...gateway, get };
  };

  it('They replace those of the gateway, for every method of its paths', async () => {
    const { url } = await start(LISTS, { service: 'addresses: { allow: [198.51.100.0/24] }' });
    for (const [method, path] of WAYS.slice(0, 6)) {
      expect((await request(url)[method](path).set('X-Forwarded-For', STRANGER)).status).not.toBe(403);
      expect((await request(url)[method](path).set('X-Forwarded-For', OFFICE)).status).toBe(403);
    }
    for (const path of ['/nothing', '/openapi.json'])
      expect((await request(url).get(path).set('X-Forwarded-For', STRANGER)).status).toBe(403);
  });

  it('A preflight for the method of another service does not replace them', async () => {
    const own = document({ '/notes': { options: {} } });
    const other = document({ '/notes': { post: {} } });
    const serviceByName = { own: 'addresses: { deny: [198.51.100.0/24] }' };
    const gateway = await startGateway({ own, other }, { config: PROXY, serviceByName });
    const { status } = await request(gateway.url).options('/notes').set({
      'X-Forwarded-For': STRANGER,
      Origin: 'https://a.example',
      'Access-Control-Request-Method': 'POST',
    });
    expect(status).toBe(403);
    expect(gateway.services.own?.requests).toEqual([]);
  });

  it('A resource of a service that refuses the client is not embedded', async () => {
    const { get, services } = await library({ authors: 'addresses: { allow: [203.0.113.0/24] }' });
    const { body, status } = await get('/books/1?expand=author', STRANGER);
    expect([status, body._embedded, body._expandErrors[0].problem.status]).toEqual([200, undefined, 403]);
    expect(services.authors?.requests).toEqual([]);
    expect((await get('/authors/a', STRANGER)).status).toBe(403);
    expect((await get('/books/1?expand=author', OFFICE)).body._embedded.author).toMatchObject({ id: 'a' });
  });
});
