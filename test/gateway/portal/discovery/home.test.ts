import { expect, it } from '@jest/globals';
import request from 'supertest';
import { parseTemplate } from 'url-template';
import { createPages } from '../../../../src/gateway/portal/pages.ts';
import { formats } from '../../../../src/hypermedia/formats/index.ts';
import { startGateway } from '../../../support/gateway.ts';
import { live } from '../../../support/live.ts';
import { pagesApp, sampleServices } from '../../../support/pages-app.ts';

const app = pagesApp();
const page = (agent = request(app)) => agent.get('/').set('Accept', 'text/html');

it('The entry point links to every service and to the descriptions', async () => {
  const { body, headers } = await request(app).get('/').set('Accept', 'application/hal+json').expect(200);

  expect(body._links).toMatchObject({
    self: { href: '/' },
    orders: { href: '/orders', title: 'Orders, newest first' },
    consumers: { href: '/consumers', title: 'Consumers' },
    'service-desc': { href: '/openapi.json' },
    'service-doc': { href: '/docs' },
    status: { href: '/status' },
  });
  expect(headers.link).toContain('</openapi.json>; rel="service-desc"');
  expect(headers.link).toContain('</docs>; rel="service-doc"');
});

it('Every relation also has a CURIE with a working documentation link', async () => {
  const { body } = await request(app).get('/').set('Accept', 'application/hal+json');
  const [curie, ...others] = body._links.curies;

  expect(others).toEqual([]);
  expect(curie).toMatchObject({ name: 'rel', templated: true });
  for (const rel of ['orders', 'consumers']) {
    expect(body._links[`${curie.name}:${rel}`]).toEqual(body._links[rel]);
    const documentation = parseTemplate(curie.href).expand({ rel });
    const { body: described } = await request(app)
      .get(documentation)
      .accept('application/hal+json')
      .expect(200);
    expect(described).toMatchObject({ rel, _links: { self: { href: documentation } } });
  }
});

it('Services with the same relation are a list with names', async () => {
  const twins = ['north', 'south'].map((name) => ({
    name,
    document: {
      openapi: '3.1.0',
      info: { title: name, version: '1.0.0' },
      paths: { [`/${name}/{id}`]: { get: { responses: {}, 'x-entry': 'shop', summary: name } } },
    },
  }));
  const { body } = await request(pagesApp({ services: twins })).get('/');

  expect(body._links.shop).toEqual([
    { href: '/north/{id}', templated: true, title: 'north', name: 'north' },
    { href: '/south/{id}', templated: true, title: 'south', name: 'south' },
  ]);
});

it('The home page shows escaped titles of services and a sample command', async () => {
  const { text } = await page().expect(200);

  expect(text).toContain('<h3>Orders</h3>');
  expect(text).toContain('Who orders &lt;b&gt;food&lt;/b&gt;.');
  expect(text).toContain('can be done with it: <code>cancel</code>, <code>revise</code>.</p>');
  expect(text).not.toContain('More text.');
  expect(text).toMatch(/curl -s &#39;http:\/\/127\.0\.0\.1:\d+\/orders\?expand=consumer&#39;/);
});

it('The home page does not repeat an invalid host', async () => {
  const { text } = await page().set('Host', "x';alert(1)//<script>");

  expect(text).not.toContain('alert(1)');
});

it('The home page works without services', async () => {
  const empty = pagesApp({ services: [] });

  const { text } = await page(request(empty)).expect(200);
  expect(text).toMatch(
    /Services<\/h2>\s*<p>There are no services yet. Run <code>npm run new:service -- NAME<\/code>/,
  );
  const { body } = await request(empty).get('/');
  expect(Object.keys(body._links)).toEqual(['self', 'service-desc', 'service-doc', 'status', 'api-catalog']);
});

it('The home page has the title of the public document', async () => {
  const { text } = await page(request(pagesApp({ info: { title: 'Food & co' } })));

  expect(text).toContain('<h1>Food &amp; co <small>');
});

it.each([
  [true, 'https://food.example/orders'],
  [false, 'http://127.0.0.1:'],
])(
  'The sample command uses the address that clients see, if proxies are trusted: %s',
  async (trusted, address) => {
    const pages = createPages({
      services: sampleServices,
      status: () => [],
      isDraining: () => false,
      live: live(),
    });
    const documents = Object.fromEntries(sampleServices.map(({ name, document }) => [name, document]));
    const gateway = await startGateway(documents, { config: `trustProxy: ${trusted}`, pages });
    const { text } = await page(request(gateway.url))
      .set('X-Forwarded-Proto', 'https')
      .set('X-Forwarded-Host', 'food.example');

    expect(text).toContain(`curl -s &#39;${address}`);
  },
);

it('The entry point is available in every format', async () => {
  for (const { mediaType } of formats) {
    const { headers } = await request(app).get('/').accept(mediaType).expect(200);
    expect(headers.vary).toBe('Accept');
    expect(headers.link).toContain('rel="service-desc"');
  }
  const { body } = await request(app).get('/').accept('application/vnd.siren+json').expect(200);
  expect(body.links).toContainEqual({ rel: ['orders'], href: '/orders', title: 'Orders, newest first' });
});
