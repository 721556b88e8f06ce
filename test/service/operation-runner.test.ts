/** The handling of results and errors of handlers. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { Problem } from '../../src/contract/problem.ts';
import { actionNotAllowed, badGateway, notFound } from '../../src/contract/problems.ts';
import { LAMP, Lamp, lampService } from '../support/lamps.ts';

const throwing = (error: Error) => async () => {
  throw error;
};
const codedError = (code: string) => Object.assign(new Error('private'), { code });

describe('Operation whose handler throws', () => {
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
      'an unreachable database',
      codedError('ECONNREFUSED'),
      503,
      {
        type: '/problems/storage-unavailable',
        detail:
          'The database of the service does not respond. The request may or may not have been processed.',
      },
    ],
    [
      'a full database',
      new Error('private', { cause: codedError('53100') }),
      503,
      { detail: 'The disk of the service’s database is full. Existing data can be read.' },
    ],
  ])('The handler throws %s and the response is the expected problem', async (_, error, status, expected) => {
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

describe('State that does not match the contract', () => {
  it.each<[string, object]>([
    ['of a resource', { getLamp: async () => ({ status: 200, body: { id: 1, lit: true } }) }],
    ['of a missing resource', { getLamp: async () => ({ status: 200 }) }],
  ])('An invalid state %s is a fault of the service', async (_, own) => {
    await request(lampService(own)).get('/lamps/l1').expect(500);
  });

  it.each<[string, object]>([
    ['with an invalid item', { items: [{ id: 1 }], total: 1 }],
    ['without the total', { items: [] }],
  ])('A page %s is a fault of the service', async (_, body) => {
    await request(lampService({ listLamps: async () => ({ status: 200, body }) }))
      .get('/lamps')
      .expect(500);
  });

  it('Resources and pages never contain members outside of the schema', async () => {
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

describe('Operation that changes something', () => {
  const counted = (status: number, body?: object) => {
    const done: unknown[] = [];
    const handler = async ({ precondition }: { precondition?: (of: object, state: object) => void }) => {
      done.push(typeof precondition);
      return { status, body };
    };
    return { done, handler };
  };

  it('A POST with a key is executed once', async () => {
    const { done, handler } = counted(201, { id: 'l1', lit: true });
    const app = lampService({ addLamp: handler });
    const add = () => request(app).post('/lamps').set('Idempotency-Key', 'k').expect(201);
    expect((await add()).headers).not.toHaveProperty('idempotent-replayed');
    expect((await add()).headers['idempotent-replayed']).toBe('true');
    expect(done).toEqual(['function']);
  });

  it('The key of another operation is refused, even with equal input', async () => {
    const app = lampService();
    const add = (path: string) => request(app).post(path).set('Idempotency-Key', 'k');
    await add('/lamps').expect(201);
    const { body } = await add('/lanterns').expect(422);
    expect(body.type).toBe('/problems/idempotency-key-reused');
  });

  it('An idempotent method is executed again with the same key', async () => {
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

  it('Nothing is committed where the result is invalid or the precondition was not checked', async () => {
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

  it('A read has no precondition to check', async () => {
    const { done, handler } = counted(200, { id: 'l1', lit: true });
    await request(lampService({ getLamp: handler }))
      .get('/lamps/l1')
      .expect(200);
    expect(done).toEqual(['undefined']);
  });
});
