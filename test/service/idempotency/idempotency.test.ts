import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { Idempotency, type IdempotentResult } from '../../../src/service/idempotency/idempotency.ts';
import { service } from '../../../src/tools/scaffold/job-cards/main.ts';
import { memoryKeys } from '../../support/keys.ts';
import { type TestService, testService } from '../../support/service.ts';

const KEY = '8e03978e-40d5-43dd-bc93-6894a57f9324';
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const bearer = (claims: object, alg = 'RS256'): string =>
  `Bearer ${base64({ alg })}.${base64({ iss: 'https://id.example', sub: 'ada', ...claims })}.c2ln`;
const look = { title: 'Look', helpDeskId: 'hd-1' };

describe('Repeated request', () => {
  let running: TestService;
  const post = (key: string, body: object = look) =>
    request(running.app).post('/job-cards').set('Idempotency-Key', key).send(body);
  const count = async () =>
    (await request(running.app).get('/job-cards?limit=100')).body._embedded.item.length;

  beforeEach(async () => {
    running = await testService(service);
  });
  afterEach(() => running.close());

  it('A repeated request gets the first response and is not executed again', async () => {
    const before = await count();
    const first = await post(KEY).expect(201);
    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    const again = await post(`"${KEY}"`).expect(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers).toMatchObject({
      location: first.headers.location,
      etag: first.headers.etag,
      'idempotent-replayed': 'true',
    });
    expect(await count()).toBe(before + 1);
  });

  it('A repeated request gets the format that it accepts', async () => {
    const first = await post(KEY).expect(201);
    const again = await post(KEY).accept('application/vnd.siren+json').expect(201);
    expect(again.body.properties.id).toBe(first.body.id);
  });

  it('Another request with the same key is refused', async () => {
    await post(KEY).expect(201);
    const { body } = await post(KEY, { ...look, title: 'Look again' }).expect(422);
    expect(body.type).toBe('/problems/idempotency-key-reused');
    await post('another', { ...look, title: 'Look again' }).expect(201);
  });

  it('The same key of another client is independent', async () => {
    const first = await post(KEY).set('Authorization', 'Bearer a').expect(201);
    const other = await post(KEY).set('Authorization', 'Bearer b').expect(201);
    expect(other.body.id).not.toBe(first.body.id);
  });

  it.each([
    ['another session', 'session=a', 'session=b'],
    ['another session beside the same cookie', 'theme=dark; session=a', 'theme=dark; session=b'],
    ['no session', 'session=a', ''],
  ])('The same key with %s is independent', async (_who, one, another) => {
    const first = await post(KEY).set('Cookie', one).expect(201);
    const other = await post(KEY).set('Cookie', another).expect(201);
    expect(other.body.id).not.toBe(first.body.id);
    expect((await post(KEY).set('Cookie', one).expect(201)).body.id).toBe(first.body.id);
  });

  it('The order of cookies does not matter', async () => {
    const first = await post(KEY).set('Cookie', 'theme=dark; session=a').expect(201);
    const again = await post(KEY).set('Cookie', 'session=a;theme=dark').expect(201);
    expect(again.body.id).toBe(first.body.id);
  });

  it('With a renewed token the request is not executed again, and does not get the first response', async () => {
    const before = await count();
    const first = await post(KEY)
      .set('Authorization', bearer({ iat: 1 }))
      .expect(201);
    const { body } = await post(KEY)
      .set('Authorization', bearer({ iat: 2 }))
      .expect(422);
    expect(body.type).toBe('/problems/idempotency-key-reused');
    expect(JSON.stringify(body)).not.toContain(first.body.id);
    expect(await count()).toBe(before + 1);
    const again = await post(KEY)
      .set('Authorization', bearer({ iat: 1 }))
      .expect(201);
    expect(again.body.id).toBe(first.body.id);
  });

  it.each<[string, object]>([
    ['subject', { sub: 'bob' }],
    ['issuer', { iss: 'https://other.example' }],
  ])('The same key of another %s is independent', async (_what, other) => {
    await post(KEY).set('Authorization', bearer({})).expect(201);
    await post(KEY).set('Authorization', bearer(other)).expect(201);
  });

  it('An unverified token of the same subject never gets the response', async () => {
    const first = await post(KEY).set('Authorization', bearer({})).expect(201);
    const forged = [
      bearer({}, 'none'),
      `${bearer({})}x`,
      bearer({}).replace(/[^.]*$/, ''),
      'Bearer a.b.c',
      'Bearer ..',
      'Bearer e30.e30.',
    ];
    for (const token of forged) {
      const { body } = await post(KEY).set('Authorization', token);
      expect(body.id).not.toBe(first.body.id);
    }
  });

  it('A corrected request may use the key of a refused one', async () => {
    await post(KEY, { title: 'Look' }).expect(400);
    await post(KEY).expect(201);
  });

  it('An invalid key is refused', async () => {
    for (const key of ['', 'a b', '"', 'x'.repeat(256)]) await post(key).expect(400);
  });
});

describe('Work with a key', () => {
  const headers = { 'idempotency-key': KEY };

  it('Only the first request does the work while it is in progress', async () => {
    const idempotency = new Idempotency(memoryKeys());
    let finish = (_: unknown): void => undefined;
    const first = idempotency.runOnce(headers, 'request', async () => {
      await new Promise((resolve) => {
        finish = resolve;
      });
      return { status: 201, body: 1 };
    });
    await expect(
      idempotency.runOnce(headers, 'request', async () => ({ status: 201, body: 2 })),
    ).rejects.toMatchObject({
      status: 409,
      type: { code: 'idempotency-key-in-flight' },
      headers: { 'Retry-After': '1' },
    });
    finish(undefined);
    expect(await first).toEqual({ result: { status: 201, body: 1 }, isReplay: false });
    const never = () => Promise.reject(new Error('done twice'));
    expect(await idempotency.runOnce(headers, 'request', never)).toEqual({
      result: { status: 201, body: 1 },
      isReplay: true,
    });
  });

  it('Two instances do the work once, and both return its response', async () => {
    const keys = memoryKeys();
    const instances = [new Idempotency(keys), new Idempotency(keys)];
    let arrived = 0;
    let go = (): void => undefined;
    const bothAreThere = new Promise<void>((resolve) => {
      go = resolve;
    });
    const done = await Promise.all(
      instances.map((instance, n) =>
        instance.runOnce(headers, 'request', async () => {
          if (++arrived === instances.length) go();
          await bothAreThere;
          return { status: 201, body: n };
        }),
      ),
    );
    const [first, second] = done as [IdempotentResult, IdempotentResult];
    expect(second.result).toEqual(first.result);
    expect(done.map(({ isReplay }) => isReplay).toSorted()).toEqual([false, true]);
  });

  it('Failed work can be repeated', async () => {
    const idempotency = new Idempotency(memoryKeys());
    const failing = idempotency.runOnce(headers, 'request', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    const { isReplay } = await idempotency.runOnce(headers, 'request', async () => ({ status: 200 }));
    expect(isReplay).toBe(false);
  });

  const giving = (body: unknown) => async () => ({ status: 200, body });
  const failing = () => Promise.reject(new Error('done twice'));

  it('Without a key the work is done each time', async () => {
    const idempotency = new Idempotency(memoryKeys());
    for (const body of [1, 2])
      expect(await idempotency.runOnce({}, 'request', giving(body))).toEqual({
        result: { status: 200, body },
        isReplay: false,
      });
  });

  it.each<[string, string]>([
    ['k', '"k"'],
    ['"k"', 'k'],
    ['x'.repeat(255), `"${'x'.repeat(255)}"`],
    ['!', '"!"'],
    ['~', '"~"'],
  ])('The keys %s and %s are equal', async (one, same) => {
    const idempotency = new Idempotency(memoryKeys());
    await idempotency.runOnce({ 'idempotency-key': one }, 'request', giving(1));
    expect(await idempotency.runOnce({ 'idempotency-key': same }, 'request', failing)).toMatchObject({
      isReplay: true,
    });
  });

  it.each([
    '',
    '""',
    'a b',
    '"a',
    'a"',
    'a"b',
    '"a"b"',
    'é',
    'x'.repeat(256),
    `"${'x'.repeat(256)}"`,
    'a\tb',
  ])('The invalid key %j is refused', async (key) => {
    const response = new Idempotency(memoryKeys()).runOnce({ 'idempotency-key': key }, 'request', failing);
    await expect(response).rejects.toMatchObject({
      status: 400,
      type: { code: 'bad-request' },
      message: 'An Idempotency-Key must have 1 to 255 visible ASCII characters, without quotes inside.',
    });
  });

  it('Another request and other credentials of the same subject are refused with a reason', async () => {
    const idempotency = new Idempotency(memoryKeys());
    const as = (iat: number) => ({ ...headers, authorization: bearer({ iat }) });
    await idempotency.runOnce(as(1), 'request', giving(1));
    const reused = { status: 422, type: { code: 'idempotency-key-reused' } };
    await expect(idempotency.runOnce(as(1), 'another', failing)).rejects.toMatchObject({
      ...reused,
      message: 'The key was used before for another operation or other input.',
    });
    await expect(idempotency.runOnce(as(2), 'request', failing)).rejects.toMatchObject({
      ...reused,
      message: expect.stringContaining('other credentials of the same subject'),
    });
  });

  it('Work of another client or another key is not blocked', async () => {
    const idempotency = new Idempotency(memoryKeys());
    let finish = (): void => undefined;
    const first = idempotency.runOnce(headers, 'request', async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { status: 200, body: 1 };
    });
    for (const other of [{ 'idempotency-key': 'other' }, { ...headers, authorization: 'Bearer b' }])
      expect(await idempotency.runOnce(other, 'request', giving(2))).toMatchObject({ isReplay: false });
    finish();
    await first;
  });

  it('Work that fails because another instance has done it returns the response of that instance', async () => {
    const keys = memoryKeys();
    const done = await new Idempotency(keys).runOnce(headers, 'request', async () => {
      await new Idempotency(keys).runOnce(headers, 'request', giving('theirs'));
      throw new Error('it exists already');
    });
    expect(done).toEqual({ result: { status: 200, body: 'theirs' }, isReplay: true });
  });
});
