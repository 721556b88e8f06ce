import { expect, it } from '@jest/globals';
import request from 'supertest';
import { pagesApp } from '../../../support/pages-app.ts';

const PATH = '/.well-known/api-catalog';

it('The catalog is a linkset with its items, the gateway and each service', async () => {
  const { body, headers } = await request(pagesApp()).get(PATH).buffer(true).parse(asJson).expect(200);

  expect(headers['content-type']).toBe(
    'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"',
  );
  expect(body.linkset).toMatchObject([
    { anchor: PATH, item: [{ href: '/orders', title: 'Orders' }, { href: '/consumers' }] },
    { anchor: '/', 'service-desc': [{ href: '/openapi.json' }, {}], status: [{ href: '/status' }] },
    {
      anchor: '/orders',
      'service-desc': [{ href: '/openapi/orders.json' }, {}],
      status: [{ href: '/status' }],
    },
    { anchor: '/consumers', 'service-doc': [{ href: '/docs?urls.primaryName=consumers' }] },
  ]);
});

it('HEAD of the catalog has a Link header to itself', async () => {
  const { headers } = await request(pagesApp()).head(PATH).expect(200);

  expect(headers.link).toContain(`<${PATH}>; rel="api-catalog"`);
});

function asJson(response: request.Response, done: (error: Error | null, body: unknown) => void): void {
  let text = '';
  response.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  response.on('end', () => done(null, JSON.parse(text)));
}
