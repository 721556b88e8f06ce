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

describe('a request that comes again', () => {
  let running: TestService;
  const post = (key: string, body: object = look) =>
    request(running.app).post('/job-cards').set('Idempotency-Key', key).send(body);
  const count = async () =>
    (await request(running.app).get('/job-cards?limit=100')).body._embedded.item.length;

  beforeEach(async () => {
    running = await testService(service);
  });
  afterEach(() => running.close());

  it('is answered as the first was, and not done twice', async () => {
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

  it('is answered in the format that is asked for this time', async () => {
    const first = await post(KEY).expect(201);
    const again = await post(KEY).accept('application/vnd.siren+json').expect(201);
    expect(again.body.properties.id).toBe(first.body.id);
  });

  it('is refused when it is another request under the same key', async () => {
    await post(KEY).expect(201);
    const { body } = await post(KEY, { ...look, title: 'Look again' }).expect(422);
    expect(body.type).toBe('/problems/idempotency-key-reused');
    await post('another', { ...look, title: 'Look again' }).expect(201);
  });

  it('has nothing to do with the same key of another caller', async () => {
    const first = await post(KEY).set('Authorization', 'Bearer a').expect(201);
    const other = await post(KEY).set('Authorization', 'Bearer b').expect(201);
    expect(other.body.id).not.toBe(first.body.id);
  });

  it.each([
    ['another session', 'session=a', 'session=b'],
    ['another session beside the same cookie', 'theme=dark; session=a', 'theme=dark; session=b'],
    ['no session', 'session=a', ''],
  ])('has nothing to do with the same key of %s', async (_who, one, another) => {
    const first = await post(KEY).set('Cookie', one).expect(201);
    const other = await post(KEY).set('Cookie', another).expect(201);
    expect(other.body.id).not.toBe(first.body.id);
    expect((await post(KEY).set('Cookie', one).expect(201)).body.id).toBe(first.body.id);
  });

  it('is the same with the same cookies in another order', async () => {
    const first = await post(KEY).set('Cookie', 'theme=dark; session=a').expect(201);
    const again = await post(KEY).set('Cookie', 'session=a;theme=dark').expect(201);
    expect(again.body.id).toBe(first.body.id);
  });

  it('is not done twice when its access token was renewed, and the new token does not get its response', async () => {
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
  ])('has nothing to do with the same key of another %s', async (_what, other) => {
    await post(KEY).set('Authorization', bearer({})).expect(201);
    await post(KEY).set('Authorization', bearer(other)).expect(201);
  });

  it('never gives a response to a token that only says that it is of the same subject', async () => {
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

  it('may be mended when the first was refused', async () => {
    await post(KEY, { title: 'Look' }).expect(400);
    await post(KEY).expect(201);
  });

  it('needs a key that is one', async () => {
    for (const key of ['', 'a b', '"', 'x'.repeat(256)]) await post(key).expect(400);
  });
});

describe('work under a key', () => {
  const headers = { 'idempotency-key': KEY };

  it('is done by the first only, while that is not ended', async () => {
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
    expect(await first).toEqual({ reply: { status: 201, body: 1 }, isReplay: false });
    const never = () => Promise.reject(new Error('done twice'));
    expect(await idempotency.runOnce(headers, 'request', never)).toEqual({
      reply: { status: 201, body: 1 },
      isReplay: true,
    });
  });

  it('is done once by two instances, and both give its answer', async () => {
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

  it('can be tried again when it failed', async () => {
    const idempotency = new Idempotency(memoryKeys());
    const failing = idempotency.runOnce(headers, 'request', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    const { isReplay } = await idempotency.runOnce(headers, 'request', async () => ({ status: 200 }));
    expect(isReplay).toBe(false);
  });

  const giving = (body: unknown) => async () => ({ status: 200, body });
  const failing = () => Promise.reject(new Error('done twice'));

  it('is done each time without one', async () => {
    const idempotency = new Idempotency(memoryKeys());
    for (const body of [1, 2])
      expect(await idempotency.runOnce({}, 'request', giving(body))).toEqual({
        reply: { status: 200, body },
        isReplay: false,
      });
  });

  it.each<[string, string]>([
    ['k', '"k"'],
    ['"k"', 'k'],
    ['x'.repeat(255), `"${'x'.repeat(255)}"`],
    ['!', '"!"'],
    ['~', '"~"'],
  ])('is the same for the keys %s and %s', async (one, same) => {
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
  ])('is not done under %j, which is none', async (key) => {
    const asked = new Idempotency(memoryKeys()).runOnce({ 'idempotency-key': key }, 'request', failing);
    await expect(asked).rejects.toMatchObject({
      status: 400,
      type: { code: 'bad-request' },
      message: 'An Idempotency-Key has 1 to 255 visible ASCII characters, without quotes inside.',
    });
  });

  it('is refused for another request, and for other credentials of the same subject, each with its reason', async () => {
    const idempotency = new Idempotency(memoryKeys());
    const as = (iat: number) => ({ ...headers, authorization: bearer({ iat }) });
    await idempotency.runOnce(as(1), 'request', giving(1));
    const reused = { status: 422, type: { code: 'idempotency-key-reused' } };
    await expect(idempotency.runOnce(as(1), 'another', failing)).rejects.toMatchObject({
      ...reused,
      message: 'The key came before with another operation or other input.',
    });
    await expect(idempotency.runOnce(as(2), 'request', failing)).rejects.toMatchObject({
      ...reused,
      message: expect.stringContaining('other credentials of the same subject'),
    });
  });

  it('does not hold up that of another caller or another key', async () => {
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

  it('that fails since another instance has done it gives the response of that one', async () => {
    const keys = memoryKeys();
    const done = await new Idempotency(keys).runOnce(headers, 'request', async () => {
      await new Idempotency(keys).runOnce(headers, 'request', giving('theirs'));
      throw new Error('it is there already');
    });
    expect(done).toEqual({ reply: { status: 200, body: 'theirs' }, isReplay: true });
  });
});
