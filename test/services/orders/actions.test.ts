/** What an order offers is what can be done with it, in every state. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import request from 'supertest';
import { service } from '../../../services/orders/main.ts';
import { ORDER_STATES, type OrderState } from '../../../services/orders/order.ts';
import { sampleOrders } from '../../../services/orders/sample-data.ts';
import { toRow } from '../../../services/orders/store.ts';
import type { Tables } from '../../../services/orders/tables.ts';
import type { Migration } from '../../../src/storage/migrate.ts';
import { type TestService, testService } from '../../support/service.ts';

const ACTIONS = ['cancel', 'revise'] as const;
type Action = (typeof ACTIONS)[number];

const REVISION = { deliveryInformation: { time: '2030-01-15T19:30:00Z', address: 'There' } };
const idOf = (state: OrderState, action: Action) => `o-${state}-${action}`;

/** An order in each state to try each action on, also in the states that nobody can bring about yet. */
const everyState: Migration<Tables> = {
  name: 'an order in each state',
  async up(tx) {
    const [order] = sampleOrders;
    if (order === undefined) throw new Error('no sample order');
    for (const state of ORDER_STATES)
      for (const action of ACTIONS)
        await tx
          .insertInto('orders')
          .values(toRow({ ...order, id: idOf(state, action), state }))
          .execute();
  },
};

describe('an order', () => {
  let running: TestService;
  const perform = (id: string, action: Action) =>
    request(running.app)
      .post(`/orders/${id}/${action}`)
      .send(action === 'revise' ? REVISION : undefined);

  /** The actions that the order offers. */
  async function offered(id: string): Promise<string[]> {
    const { body } = await request(running.app)
      .get(`/orders/${id}`)
      .accept('application/prs.hal-forms+json')
      .expect(200);
    const templates = Object.keys(body._templates ?? {});
    return templates.sort();
  }

  beforeAll(async () => {
    const migrations = [...service.migrations, everyState as unknown as Migration<unknown>];
    running = await testService({ ...service, migrations });
  });
  afterAll(() => running.close());

  it.each(ORDER_STATES.flatMap((state) => ACTIONS.map((action) => [state, action] as const)))(
    'that is %s offers %s if, and only if, it can be done',
    async (state, action) => {
      const id = idOf(state, action);
      const before = await offered(id);
      const answer = await perform(id, action);
      expect(answer.status).toBe(before.includes(action) ? 200 : 409);
      if (answer.status === 409) {
        expect(answer.body).toMatchObject({ currentState: state, allowed: before });
        expect(await offered(id)).toEqual(before);
      }
    },
  );

  const see = async (id: string) => {
    const { body, headers } = await request(running.app).get(`/orders/${id}`).expect(200);
    return { body, etag: headers.etag as string, offers: await offered(id) };
  };

  it('keeps to what it offers on any walk of two clients, whatever they have seen and when', async () => {
    const ids = sampleOrders.map(({ id }) => id);
    // Each step: who acts, what they do, whether they look first, and whether they say what they have seen.
    const step = fc.record({
      client: fc.constantFrom('ada', 'bob'),
      action: fc.constantFrom(...ACTIONS),
      looks: fc.boolean(),
      conditional: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ids),
        fc.array(step, { minLength: 1, maxLength: 6 }),
        async (id, steps) => {
          const seen = new Map<string, string>();
          for (const { client, action, looks, conditional } of steps) {
            const before = await see(id);
            if (looks || !seen.has(client)) seen.set(client, before.etag);
            const tag = seen.get(client) as string;
            const call = perform(id, action);
            const answer = await (conditional ? call.set('If-Match', tag) : call);
            const stale = conditional && tag !== before.etag;
            const expected = stale ? 412 : before.offers.includes(action) ? 200 : 409;
            expect([action, answer.status]).toEqual([action, expected]);
            const after = await see(id);
            if (expected === 200) {
              expect(after.body).toEqual(answer.body);
              continue;
            }
            expect(after).toEqual(before);
            expect(answer.headers.etag).toBeDefined();
            expect(Object.keys(answer.body._links)).toEqual(
              expect.arrayContaining(['self', ...before.offers]),
            );
            if (expected === 409) expect(answer.body.allowed.toSorted()).toEqual(before.offers);
          }
        },
      ),
      { numRuns: 40 },
    );
  }, 30_000);
});
