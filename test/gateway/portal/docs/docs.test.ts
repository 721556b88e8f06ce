/** `/docs`: selection of documents and parts, and problems for unknown ones. */
import { expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import request from 'supertest';
import { generate } from '../../../bench/documents/generate.ts';
import { pagesApp } from '../../../support/pages-app.ts';

const app = pagesApp();
const page = (query: string, agent = app) => request(agent).get(`/docs${query}`).accept('text/html');
const shown = (text: string) => /data-url="([^"]*)"/.exec(text)?.[1];
/** The available and the selected document. */
const choices = (text: string) =>
  [...text.matchAll(/<option value="([^"]*)"( selected)?>([^<]*)/g)].map(([, value, selected, name]) => [
    value,
    name,
    selected !== undefined,
  ]);

it.each([
  ['', '/openapi.json', ''],
  ['?urls.primaryName=', '/openapi.json', ''],
  ['?urls.primaryName=orders', '/openapi/orders.json', 'orders'],
  ['?urls.primaryName=orders&tag=orders', '/openapi/orders.json?tag=orders', 'orders'],
  ['?tag=orders&path=/orders/{orderId}', '/openapi.json?tag=orders&amp;path=%2Forders%2F%7BorderId%7D', ''],
])('%s shows %s and selects it in the list of documents', async (query, url, name) => {
  const { text } = await page(query).expect(200);

  expect(shown(text)).toBe(url);
  expect(choices(text)).toEqual([
    ['', 'All of linkway', name === ''],
    ['orders', 'orders', name === 'orders'],
    ['consumers', 'consumers', name === 'consumers'],
  ]);
  await request(app).get(url.replaceAll('&amp;', '&')).expect(200);
});

it('A single document has no list', async () => {
  const { text } = await page('', pagesApp({ services: [] })).expect(200);

  expect(choices(text)).toEqual([]);
  expect(shown(text)).toBe('/openapi.json');
});

it('An unknown document or part is a problem', async () => {
  const ask = async (query: string, status: number) =>
    (await request(app).get(`/docs?${query}`).accept('application/problem+json').expect(status)).body;

  expect((await ask('urls.primaryName=order', 404)).type).toBe('/problems/not-found');
  expect((await ask('urls.primaryName=orders&urls.primaryName=consumers', 404)).type).toBe(
    '/problems/not-found',
  );
  expect(await ask('tag=order', 400)).toMatchObject({ type: '/problems/part-unknown', nearest: 'orders' });
});

it('Tag names are escaped', async () => {
  const tags = ['<script>alert(1)</script>', '" style="color:red', '$& $1', 'a&tag=b'];
  const document = generate(200);
  for (const [n, { get }] of Object.values(document.paths ?? {}).entries())
    if (get) get.tags = [tags[n % tags.length] as string];
  const large = pagesApp({ services: [{ name: 'it', document }] });

  const { text: list } = await page('', large).expect(200);
  expect(list).not.toContain('<script>alert');
  const links = [...list.matchAll(/<a href="(\/docs\?tag[^"]*)"/g)].map(([, href = '']) =>
    href.replaceAll('&amp;', '&'),
  );
  expect(links).toHaveLength(tags.length + 1);
  const { headers } = await page('');
  for (const href of links) {
    const { text, headers: own } = await request(large).get(href).expect(200);
    expect(text).not.toMatch(/<script>alert|<[^>]* style="color/);
    expect(own['content-security-policy']).toBe(headers['content-security-policy']);
    const { body } = await request(large)
      .get(String(shown(text)).replaceAll('&amp;', '&'))
      .expect(200);
    expect(Object.keys(body.paths).length).toBeGreaterThan(0);
  }
});

it('The parts of a large document contain every operation, and no part is too large', async () => {
  const flat = generate(1000);
  const deep = Object.entries(flat.paths ?? {}).map(([path, item], n) => [
    `/api/v1/${n % 3 === 0 ? 'shop' : 'depot'}/area${n % 7}${path}`,
    item,
  ]);
  const document = { ...flat, paths: Object.fromEntries(deep) } as OpenAPIObject;
  const large = pagesApp({ services: [{ name: 'it', document }] });
  const { text } = await page('?urls.primaryName=it', large).expect(200);
  const links = [...text.matchAll(/<a href="\/docs\?([^"]*)" data-tag/g)].map(([, query = '']) =>
    query.replaceAll('&amp;', '&').replace('urls.primaryName=it&', ''),
  );

  const counts: number[] = [];
  const paths = new Set<string>();
  for (const query of links) {
    const { body } = await request(large).get(`/openapi/it.json?${query}`).expect(200);
    const items = Object.entries<Record<string, object>>(body.paths);
    for (const [path] of items) paths.add(path);
    counts.push(items.flatMap(([, { get, put, post }]) => [get, put, post].filter(Boolean)).length);
  }
  expect(paths).toEqual(new Set(Object.keys(document.paths ?? {})));
  expect(counts.reduce((a, b) => a + b, 0)).toBe(1000);
  expect(Math.max(...counts)).toBeLessThanOrEqual(150);
});
