/** What becomes of what a handler gives, or throws. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { Problem } from '../../src/contract/problem.ts';
import { actionNotAllowed, badGateway, notFound } from '../../src/contract/problems.ts';
import { LAMP, Lamp, lampService } from '../support/lamps.ts';

const throwing = (error: Error) => async () => {
  throw error;
};
const codedError = (code: string) => Object.assign(new Error('private'), { code });

describe('an operation whose handler throws', () => {
  it.each<[string, Error, number, object]>([
    ['a problem that is declared', new Problem(notFound, 'No such lamp.'), 404, { detail: 'No such lamp.' }],
    [
      'a declared problem whose cause is the database',
      new Problem(notFound, 'No such lamp.', { cause: codedError('ECONNREFUSED') }),
      404,
      { type: '/problems/not-found' },
    ],
    ['a problem that is not declared', new Problem(actionNotAllowed, 'private'), 500, {}],
    ['a problem of another service', new Problem(badGateway, 'private'), 500, {}],
    ['an error', new Error('private'), 500, {}],
    [
      'what a database says that cannot be reached',
      codedError('ECONNREFUSED'),
      503,
      {
        type: '/problems/storage-unavailable',
        detail:
          'The database of the service does not respond. The request may or may not have been processed.',
      },
    ],
    [
      'what a database says that is full',
      new Error('private', { cause: codedError('53100') }),
      503,
      { detail: 'The disk of the service’s database is full. Existing data can be read.' },
    ],
  ])('%s has that as its response', async (_, error, status, expected) => {
    for (const [method, own] of [
      ['get', { getLamp: throwing(error) }],
      ['put', { replaceLamp: throwing(error) }],
    ] as const) {
      const response = await request(lampService(own))
        [method]('/lamps/l1')
        .set('If-Match', '*')
        .expect(status);
      expect(response.body).toMatchObject({ status, ...expected });
      expect(response.text).not.toContain('private');
      expect(response.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
    }
  });
});

describe('a state that is not as the contract says', () => {
  it.each<[string, object]>([
    ['of a resource', { getLamp: async () => ({ status: 200, body: { id: 1, lit: true } }) }],
    ['of a resource that is not there', { getLamp: async () => ({ status: 200 }) }],
  ])('%s is a fault of the service', async (_, own) => {
    await request(lampService(own)).get('/lamps/l1').expect(500);
  });

  it.each<[string, object]>([
    ['with an item that is none', { items: [{ id: 1 }], total: 1 }],
    ['without the total', { items: [] }],
  ])('of a page %s is a fault of the service', async (_, body) => {
    await request(lampService({ listLamps: async () => ({ status: 200, body }) }))
      .get('/lamps')
      .expect(500);
  });

  it('never has what the schema does not have, in a resource as in a page', async () => {
    const state = { id: 'l1', lit: true, secret: 'private' };
    const app = lampService({
      getLamp: async () => ({ status: 200, body: state }),
      listLamps: async () => ({ status: 200, body: { items: [state], total: 7 } }),
    });
    expect((await request(app).get('/lamps/l1').expect(200)).text).not.toContain('private');
    const { text } = await request(app).get('/lamps').expect(200);
    expect(text).not.toContain('private');
    expect(text).toContain('7');
  });
});

describe('an operation that changes something', () => {
  const counted = (status: number, body?: object) => {
    const done: unknown[] = [];
    const handler = async ({ precondition }: { precondition?: (of: object, state: object) => void }) => {
      done.push(typeof precondition);
      return { status, body };
    };
    return { done, handler };
  };

  it('is done once under a key with POST', async () => {
    const { done, handler } = counted(201, { id: 'l1', lit: true });
    const app = lampService({ addLamp: handler });
    const add = () => request(app).post('/lamps').set('Idempotency-Key', 'k').expect(201);
    expect((await add()).headers).not.toHaveProperty('idempotent-replayed');
    expect((await add()).headers['idempotent-replayed']).toBe('true');
    expect(done).toEqual(['function']);
  });

  it('is refused under the key of another operation, though all else is the same', async () => {
    const app = lampService();
    const add = (path: string) => request(app).post(path).set('Idempotency-Key', 'k');
    await add('/lamps').expect(201);
    const { body } = await add('/lanterns').expect(422);
    expect(body.type).toBe('/problems/idempotency-key-reused');
  });

  it('is done again under the same key with another method, which can be repeated as it is', async () => {
    let done = 0;
    const app = lampService({
      removeLamp: async ({ precondition }: { precondition: (of: object, state: object) => void }) => {
        done += 1;
        precondition(Lamp, LAMP);
        return { status: 204 };
      },
    });
    for (const times of [1, 2]) {
      const { headers } = await request(app)
        .delete('/lamps/l1')
        .set({ 'Idempotency-Key': 'k', 'If-Match': '*' })
        .expect(204);
      expect(headers).not.toHaveProperty('idempotent-replayed');
      expect(done).toBe(times);
    }
  });

  it('is not kept under its key where it cannot be shown, or never asked for the precondition', async () => {
    const { done, handler } = counted(201, { id: 1 });
    const app = lampService({ addLamp: handler });
    const add = () => request(app).post('/lamps').set('Idempotency-Key', 'k');
    await add().expect(500);
    await add().expect(500);
    await add().set('If-Match', '"x"').expect(412);
    expect(done).toHaveLength(3);
    await request(lampService({ replaceLamp: counted(200, { id: 'l1', lit: true }).handler }))
      .put('/lamps/l1')
      .set('If-Match', '*')
      .expect(500);
  });

  it('has no precondition to ask for where it only reads', async () => {
    const { done, handler } = counted(200, { id: 'l1', lit: true });
    await request(lampService({ getLamp: handler }))
      .get('/lamps/l1')
      .expect(200);
    expect(done).toEqual(['undefined']);
  });
});
