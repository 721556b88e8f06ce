/** An order offers exactly the actions that it accepts, in every state. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import request from 'supertest';
import { service } from '../../../services/orders/main.ts';
import { ORDER_STATES, type OrderState } from '../../../services/orders/order.ts';
import { sampleOrders } from '../../../services/orders/sample-data.ts';
import { toRow } from '../../../services/orders/store.ts';
import type { Tables } from '../../../services/orders/tables.ts';
import { service as restaurants } from '../../../services/restaurants/main.ts';
import type { Migration } from '../../../src/storage/migrate.ts';
import { appTarget } from '../../support/app-target.ts';
import { type TestService, testService } from '../../support/service.ts';

const ACTIONS = ['cancel', 'revise'] as const;
type Action = (typeof ACTIONS)[number];

const REVISION = { deliveryInformation: { time: '2030-01-15T19:30:00Z', address: 'There' } };
/** Reads the menu, while other requests may overtake this one. */
const SLOW_REVISION = { lineItems: [{ menuItemId: 'm-lasagne', quantity: 2 }] };
const idOf = (state: OrderState, action: Action) => `o-${state}-${action}`;

/** Two concurrent actions, each with or without a condition on the state of the order, and the possible outcomes. */
const AT_ONCE: readonly [Action, Action, 'unconditionally' | 'conditionally', outcomes: string[]][] = [
  ['cancel', 'cancel', 'unconditionally', ['200,409']],
  ['cancel', 'revise', 'unconditionally', ['200,200', '200,409']],
  ['revise', 'revise', 'unconditionally', ['200,200']],
  ['cancel', 'cancel', 'conditionally', ['200,412']],
  ['cancel', 'revise', 'conditionally', ['200,412']],
  ['revise', 'revise', 'conditionally', ['200,412']],
];
const idOfPair = (one: Action, other: Action, how: string) => `o-${one}-${other}-${how}`;

/** Each walk has a new order, also when fast-check shrinks a failure. */
const WALKS = Array.from({ length: 400 }, (_, index) => `o-walk-${index}`);

/** An order in each state for each action, including states that no action leads to yet. */
const everyState: Migration<Tables> = {
  name: 'an order in each state',
  async up(tx) {
    const [order] = sampleOrders;
    if (order === undefined) throw new Error('no sample order');
    for (const [one, other, how] of AT_ONCE)
      await tx
        .insertInto('orders')
        .values(toRow({ ...order, id: idOfPair(one, other, how) }))
        .execute();
    await tx
      .insertInto('orders')
      .values(WALKS.map((id) => toRow({ ...order, id })))
      .execute();
    for (const state of ORDER_STATES)
      for (const action of ACTIONS)
        await tx
          .insertInto('orders')
          .values(toRow({ ...order, id: idOf(state, action), state }))
          .execute();
  },
};

describe('An order', () => {
  let running: TestService;
  let menus: TestService;
  const perform = (id: string, action: Action, revision: object = REVISION) =>
    request(running.app)
      .post(`/orders/${id}/${action}`)
      .send(action === 'revise' ? revision : undefined);

  const see = async (id: string) => {
    const { body, headers } = await request(running.app)
      .get(`/orders/${id}`)
      .accept('application/prs.hal-forms+json')
      .expect(200);
    return { body, etag: headers.etag as string, offers: Object.keys(body._templates ?? {}).toSorted() };
  };
  /** The actions that the order offers. */
  const offered = async (id: string) => (await see(id)).offers;

  beforeAll(async () => {
    const migrations = [...service.migrations, everyState as unknown as Migration<unknown>];
    menus = await testService(restaurants);
    running = await testService({ ...service, migrations }, [appTarget('restaurants', menus.app)]);
  });
  afterAll(async () => {
    for (const one of [running, menus]) await one.close();
  });

  it.each(ORDER_STATES.flatMap((state) => ACTIONS.map((action) => [state, action] as const)))(
    'in the state %s offers %s if and only if the action succeeds',
    async (state, action) => {
      const id = idOf(state, action);
      const before = await offered(id);
      const response = await perform(id, action);
      expect(response.status).toBe(before.includes(action) ? 200 : 409);
      if (response.status === 409) {
        expect(response.body).toMatchObject({ currentState: state, allowed: before });
        expect(await offered(id)).toEqual(before);
      }
    },
  );

  it('accepts exactly the actions that it offers in any sequence of requests of two clients', async () => {
    const orders = WALKS.values();
    // Each step: the client, its action, whether it reads the order first, and whether it sends If-Match.
    const step = fc.record({
      client: fc.constantFrom('ada', 'bob'),
      action: fc.constantFrom(...ACTIONS),
      looks: fc.boolean(),
      conditional: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const id = orders.next().value;
        if (id === undefined) throw new Error('no order is left; make WALKS longer');
        const seen = new Map<string, string>();
        for (const { client, action, looks, conditional } of steps) {
          const before = await see(id);
          if (looks || !seen.has(client)) seen.set(client, before.etag);
          const tag = seen.get(client) as string;
          const call = perform(id, action);
          const response = await (conditional ? call.set('If-Match', tag) : call);
          const stale = conditional && tag !== before.etag;
          const expected = stale ? 412 : before.offers.includes(action) ? 200 : 409;
          expect([action, response.status]).toEqual([action, expected]);
          const after = await see(id);
          if (expected === 200) {
            expect(after.body).toEqual(response.body);
            continue;
          }
          expect(after).toEqual(before);
          expect(response.headers.etag).toBeDefined();
          expect(Object.keys(response.body._links)).toEqual(
            expect.arrayContaining(['self', ...before.offers]),
          );
          if (expected === 409) expect(response.body.allowed.toSorted()).toEqual(before.offers);
        }
      }),
      { numRuns: 30 },
    );
  }, 90_000);

  it.each(AT_ONCE)(
    'gets the same result from concurrent %s and %s, %s, as from one after the other',
    async (one, other, how, outcomes) => {
      const id = idOfPair(one, other, how);
      const before = await see(id);
      expect(before.offers).toEqual(expect.arrayContaining([one, other]));
      const responses = await Promise.all(
        [one, other].map((action) => {
          const call = perform(id, action, SLOW_REVISION);
          return how === 'conditionally' ? call.set('If-Match', before.etag) : call;
        }),
      );
      const statuses = responses.map(({ status }) => status).toSorted();
      expect(outcomes).toContain(statuses.join());
      const after = await see(id);
      const done = statuses.filter((status) => status === 200).length;
      expect(after.body.version).toBe(before.body.version + done);
      expect(after.body.state === 'CANCELLED').toBe(
        responses.some(({ status, body }) => status === 200 && body.state === 'CANCELLED'),
      );
    },
  );
});
