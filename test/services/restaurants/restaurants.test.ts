import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import request from 'supertest';
import { parseTemplate } from 'url-template';
import { service } from '../../../services/restaurants/main.ts';
import { type TestService, testService } from '../../support/service.ts';

describe('The restaurants service', () => {
  let running: TestService;
  const get = (path: string) => request(running.app).get(path);

  beforeAll(async () => {
    running = await testService(service);
  });
  afterAll(() => running.close());

  it('links from the list to a restaurant, its menu and a dish, and back', async () => {
    const { body: page } = await get('/restaurants').expect(200);
    const [trattoria] = page._embedded.item;
    expect(trattoria).toMatchObject({ id: 'r-trattoria', name: 'Trattoria da Ugo' });
    const { body: menu } = await get(trattoria._links.menuItems.href).expect(200);
    expect(menu._links.restaurant.href).toBe(trattoria._links.self.href);
    const [first] = menu._embedded.item;
    const { body: dish } = await get(first._links.self.href).expect(200);
    expect(dish).toEqual(first);
    const { body: back } = await get(dish._links.restaurant.href).expect(200);
    expect(back).toEqual(trattoria);
  });

  it('returns a menu in its order with prices in minor units', async () => {
    const { body } = await get('/restaurants/r-trattoria/menu-items?limit=2').expect(200);
    expect(body._embedded.item.map(({ id, price }: { id: string; price: object }) => [id, price])).toEqual([
      ['m-bruschetta', { amount: 650, currency: 'EUR' }],
      ['m-margherita', { amount: 950, currency: 'EUR' }],
    ]);
    const { body: rest } = await get(body._links.next.href.replace('limit=2', 'limit=3')).expect(200);
    expect(rest._embedded.item).toHaveLength(3);
    expect(rest._links.next).toBeUndefined();
  });

  it('returns the total length of a menu on every page', async () => {
    const { body } = await get('/restaurants/r-trattoria/menu-items?limit=2').expect(200);
    expect(body.total).toBe(5);
    expect((await get(body._links.next.href)).body.total).toBe(5);
    expect((await get('/restaurants')).body).not.toHaveProperty('total');
  });

  it('filters and sorts by a template that a parser of RFC 6570 expands to the same URLs as the links', async () => {
    const { body } = await get('/restaurants').expect(200);
    const { href, templated } = body._links.search;
    expect(templated).toBe(true);
    const choice = fc.record(
      {
        limit: fc.integer({ min: 1, max: 100 }),
        cuisine: fc
          .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
          .filter((text) => !text.includes('\0')),
        sort: fc.constantFrom('createdAt', '-createdAt', 'name', '-name'),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(choice, async (values) => {
        const made = parseTemplate(href).expand(values);
        const { body: page } = await get(made).expect(200);
        expect(page._links.self.href).toBe(made);
        expect(page._links.search).toEqual(body._links.search);
        for (const { cuisine } of page._embedded.item) expect(cuisine).toBe(values.cuisine ?? cuisine);
      }),
      { numRuns: 30, examples: [[{ cuisine: ', ' }]] },
    );
    const named = await get(parseTemplate(href).expand({ sort: '-name', expand: ['menuItems'] })).expect(200);
    const names = named.body._embedded.item.map(({ name }: { name: string }) => name);
    expect(names).toEqual(names.toSorted().toReversed());
    expect(named.body._embedded.item[0]._embedded.menuItems._embedded.item.length).toBeGreaterThan(0);
    await get(parseTemplate(href).expand({ limit: 101 })).expect(400);
  });

  it('adds, changes and deletes a dish of a menu', async () => {
    const { body: menu } = await get('/restaurants/r-cantina/menu-items').expect(200);
    const { add } = menu._templates;
    const dish = { name: 'Flan', price: { amount: 520, currency: 'EUR' } };
    const added = await request(running.app).post(add.target).send(dish).expect(201);
    expect(added.body).toMatchObject({ ...dish, restaurantId: 'r-cantina' });
    const href = added.body._links.edit.href;
    const changed = await request(running.app)
      .put(href)
      .set('If-Match', added.headers.etag as string)
      .send({ ...dish, description: 'With caramel.' })
      .expect(200);
    expect(changed.body).toEqual({ ...added.body, description: 'With caramel.' });
    const { body: longer } = await get(menu._links.self.href).expect(200);
    expect(longer.total).toBe(menu.total + 1);
    expect(longer._embedded.item.at(-1)).toEqual(changed.body);
    await request(running.app).delete(href).set('If-Match', '*').expect(204);
    expect((await get(menu._links.self.href)).body).toEqual(menu);
  });

  it('rejects a second currency on a menu, and a dish of another restaurant', async () => {
    const dish = { name: 'Flan', price: { amount: 520, currency: 'USD' } };
    const menu = '/restaurants/r-cantina/menu-items';
    const refused = await request(running.app).post(menu).send(dish).expect(422);
    expect(refused.body).toMatchObject({
      type: '/problems/currency-mismatch',
      currency: 'EUR',
      errors: [{ pointer: '#/price/currency' }],
    });
    const put = (path: string) => request(running.app).put(path).set('If-Match', '*').send(dish);
    await put(`${menu}/m-churros`).expect(422);
    await put(`${menu}/m-lasagne`).expect(404);
    await request(running.app).post('/restaurants/r-nowhere/menu-items').send(dish).expect(404);
  });

  it('embeds the menu of a restaurant, and the restaurant of a dish', async () => {
    const { body } = await get('/restaurants/r-sakura?expand=menuItems').expect(200);
    expect(body._embedded.menuItems._embedded.item).toHaveLength(4);
    const { body: dish } = await get('/restaurants/r-sakura/menu-items/m-ramen?expand=restaurant').expect(
      200,
    );
    expect(dish._embedded.restaurant).toMatchObject({ id: 'r-sakura', cuisine: 'Japanese' });
  });

  it.each([
    '/restaurants/r-nowhere',
    '/restaurants/r-nowhere/menu-items',
    '/restaurants/r-trattoria/menu-items/m-nothing',
    '/restaurants/r-trattoria/menu-items/m-ramen',
  ])('responds with 404 for %s', async (path) => {
    const { body } = await get(path).expect(404);
    expect(body.type).toBe('/problems/not-found');
  });
});
