/** A service that knows its callers: it checks the security of its contract itself, and offers what they may do. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { Caller } from '../../../src/contract/caller.ts';
import { type Contract, defineContract } from '../../../src/contract/contract.ts';
import { operation } from '../../../src/contract/operation.ts';
import { actionNotAllowed } from '../../../src/contract/problems.ts';
import { page, resource } from '../../../src/contract/resource.ts';
import { z } from '../../../src/contract/schema.ts';
import { affordances, guard } from '../../../src/hypermedia/affordances/affordance.ts';
import { createLog } from '../../../src/observability/log.ts';
import { type JsonTarget, sendJson } from '../../../src/outbound/json.ts';
import { identityHeaders } from '../../../src/security/identity-headers.ts';
import { internalTokenKey, signInternalToken } from '../../../src/security/internal-token.ts';
import { createService } from '../../../src/service/app.ts';
import { createIdentity, type IdentitySettings } from '../../../src/service/security/identity.ts';
import { memoryKeys } from '../../support/keys.ts';

const params = z.object({ id: z.string() });
const Job = resource('Job', z.object({ id: z.string(), done: z.boolean(), bossId: z.string() }));
const Boss = resource('Boss', z.object({ id: z.string() }));
const self = (operationId: string) => ({ operationId, parameters: { id: '$response.body#/id' } });
const oauth = {
  type: 'oauth2',
  flows: {
    clientCredentials: {
      tokenUrl: 'https://idp.example/token',
      scopes: { read: 'Read.', write: 'Write.', boss: 'See bosses.' },
    },
  },
} as const;

const listJobs = operation({
  operationId: 'listJobs',
  method: 'get',
  path: '/jobs',
  summary: 'List',
  entry: 'jobs',
  responses: { 200: { description: 'ok', body: page(Job), links: { add: { operationId: 'addJob' } } } },
});
const addJob = operation({
  operationId: 'addJob',
  method: 'post',
  path: '/jobs',
  summary: 'Add',
  security: [{ oauth: ['write'] }],
  body: z.object({ bossId: z.string() }),
  responses: { 201: { description: 'ok', body: Job } },
});
const getJob = operation({
  operationId: 'getJob',
  method: 'get',
  path: '/jobs/{id}',
  summary: 'Get',
  cacheControl: 'public, max-age=60',
  params,
  responses: {
    200: {
      description: 'ok',
      body: Job,
      links: {
        self: self('getJob'),
        boss: { operationId: 'getBoss', parameters: { id: '$response.body#/bossId' } },
        finish: self('finishJob'),
        hide: self('hideJob'),
      },
    },
  },
});
const change = (operationId: 'finishJob' | 'hideJob', security: { oauth: ('write' | 'boss')[] }[]) =>
  operation({
    operationId,
    method: 'post',
    path: `/jobs/{id}/${operationId}`,
    summary: 'Change',
    security,
    params,
    responses: { 200: { description: 'ok', body: Job } },
    problems: [actionNotAllowed],
  });
const finishJob = change('finishJob', [{ oauth: ['write'] }]);
const hideJob = change('hideJob', [{ oauth: ['boss'] }]);
const getBoss = operation({
  operationId: 'getBoss',
  method: 'get',
  path: '/bosses/{id}',
  summary: 'Get',
  security: [{ oauth: ['boss'] }],
  params,
  responses: { 200: { description: 'ok', body: Boss, links: { self: self('getBoss') } } },
});
const seeWeather = operation({
  operationId: 'seeWeather',
  method: 'get',
  path: '/weather',
  summary: 'See',
  entry: 'weather',
  security: [],
  cacheControl: 'public, max-age=60',
  responses: { 200: { description: 'ok', body: resource('Weather', z.object({ is: z.string() })) } },
});

const contract = defineContract({
  service: 'jobs',
  title: 'Jobs',
  description: 'Jobs.',
  version: '1.0.0',
  securitySchemes: { oauth },
  security: [{ oauth: ['read'] }],
  operations: [listJobs, addJob, getJob, finishJob, hideJob, getBoss, seeWeather],
} as Contract as never) as Contract;

const table = affordances(Job, {
  rows: [
    { rel: 'finish', operation: finishJob, when: ({ done }) => !done },
    { rel: 'hide', operation: hideJob, when: () => true },
  ],
});
const pageTable = affordances(page(Job), { rows: [{ rel: 'add', operation: addJob, when: () => true }] });

const KEY = 'k'.repeat(32);
const job = { id: 'j1', done: false, bossId: 'b1' };

interface Seen {
  readonly callers: (Caller | undefined)[];
  added: number;
}

function service(identity: Partial<IdentitySettings>, inside: () => Promise<unknown> = async () => {}) {
  const seen: Seen = { callers: [], added: 0 };
  const app = createService({
    contract,
    affordances: [table, pageTable] as never,
    handlers: {
      listJobs: async () => ({ status: 200, body: { items: [job] } }),
      addJob: async () => {
        seen.added += 1;
        return { status: 201, body: job };
      },
      getJob: async ({ caller }: { caller?: Caller }) => {
        seen.callers.push(caller);
        await inside();
        return { status: 200, body: job };
      },
      finishJob: async () => {
        const done = { ...job, done: true };
        guard(table, finishJob, done);
        return { status: 200, body: done };
      },
      getBoss: async () => ({ status: 200, body: { id: 'b1' } }),
      seeWeather: async () => ({ status: 200, body: { is: 'fine' } }),
    } as never,
    getJson: () => Promise.reject(new Error('unexpected call')),
    keys: memoryKeys(),
    identity: createIdentity({ IDENTITY: 'off', IDENTITY_KEY: undefined, ...identity }, 'jobs'),
    log: createLog({ level: 'silent' }),
  });
  return { app, seen };
}

const callerWith = (...scopes: string[]): Caller => ({
  id: 'id',
  issuer: 'https://idp.example',
  subject: 'anna',
  client: 'shop',
  grants: new Map([['oauth', new Set(scopes)]]),
  expiresAt: Number.POSITIVE_INFINITY,
  claims: { name: 'Anna' },
});

function asHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i < raw.length; i += 2) headers[raw[i] as string] = raw[i + 1] as string;
  return headers;
}

const headers = (...scopes: string[]) => asHeaders(identityHeaders(callerWith(...scopes)));
const token = (options: { audience?: string; method?: string; key?: string }, ...scopes: string[]) => ({
  'X-Auth-Identity': signInternalToken(callerWith(...scopes), {
    key: internalTokenKey(options.key ?? KEY),
    audience: options.audience ?? 'jobs',
    method: options.method ?? 'GET',
    claims: ['name'],
  }),
});
const HAL = 'application/hal+json';

describe('A service without identity', () => {
  it('It checks nothing, offers everything, and believes no identity headers', async () => {
    const { app, seen } = service({});
    const { body } = await request(app).get('/jobs/j1').set(headers('boss')).accept(HAL).expect(200);
    expect(Object.keys(body._links)).toEqual(['self', 'boss', 'finish', 'hide']);
    expect(seen.callers).toEqual([undefined]);
  });
});

describe('A service with IDENTITY=headers', () => {
  it('An anonymous request is rejected with 401 and a challenge, before its body is read', async () => {
    const { app } = service({ IDENTITY: 'headers' });
    const { body, headers: sent } = await request(app).post('/jobs').type('text/plain').send('x').expect(401);
    expect(body.type).toBe('/problems/authentication-required');
    expect(sent['www-authenticate']).toBe('Bearer realm="jobs"');
  });

  it('A caller without the scope is rejected with 403, which names it', async () => {
    const { app } = service({ IDENTITY: 'headers' });
    const { body, headers: sent } = await request(app).get('/bosses/b1').set(headers('read')).expect(403);
    expect(body).toMatchObject({ type: '/problems/insufficient-scope', missing: ['boss'] });
    expect(sent['www-authenticate']).toContain('error="insufficient_scope"');
    expect(sent['www-authenticate']).toContain('scope="boss"');
  });

  it('The handler gets the caller', async () => {
    const { app, seen } = service({ IDENTITY: 'headers' });
    await request(app).get('/jobs/j1').set(headers('read')).expect(200);
    const { id: _, claims: __, ...rest } = callerWith('read');
    expect(seen.callers).toMatchObject([rest]);
  });

  it('Headers that the gateway cannot have written are rejected, except by public operations', async () => {
    const { app } = service({ IDENTITY: 'headers' });
    const broken = { 'X-Auth-Subject': 'anna, root', 'X-Auth-Scope': 'oauth="read"' };
    const { headers: sent } = await request(app).get('/jobs/j1').set(broken).expect(401);
    expect(sent['www-authenticate']).toContain('error="invalid_token"');
    await request(app).get('/weather').set(broken).expect(200);
  });

  it.each([
    [['read'], ['self']],
    [
      ['read', 'write'],
      ['self', 'finish'],
    ],
    [
      ['read', 'boss'],
      ['self', 'boss', 'hide'],
    ],
    [
      ['read', 'write', 'boss'],
      ['self', 'boss', 'finish', 'hide'],
    ],
  ])('A caller with the scopes %j is offered the links %j', async (scopes, rels) => {
    const { app } = service({ IDENTITY: 'headers' });
    const { body } = await request(app)
      .get('/jobs/j1')
      .set(headers(...scopes))
      .accept(HAL)
      .expect(200);
    expect(Object.keys(body._links)).toEqual(rels);
  });

  it('A refused action names only the actions that the caller may execute', async () => {
    const { app } = service({ IDENTITY: 'headers' });
    const path = '/jobs/j1/finishJob';
    const { body } = await request(app).post(path).set(headers('read', 'write'));
    const { body: whole } = await request(app)
      .post(path)
      .set(headers('read', 'write', 'boss'));
    expect([body.allowed, whole.allowed]).toEqual([[], ['hide']]);
    expect(body.detail).toContain('no action is possible');
    expect(Object.keys(body._links)).not.toContain('hide');
  });

  it('The entry point links to what the caller may call, and is not shared between callers', async () => {
    const { app } = service({ IDENTITY: 'headers' });
    const anonymous = await request(app).get('/').accept(HAL).expect(200);
    const known = await request(app).get('/').set(headers('read')).accept(HAL).expect(200);
    const rels = (body: { _links: object }) => Object.keys(body._links);
    expect(rels(anonymous.body)).not.toContain('jobs');
    expect(rels(anonymous.body)).toContain('weather');
    expect(rels(known.body)).toEqual(expect.arrayContaining(['jobs', 'weather']));
    expect(anonymous.headers.etag).not.toBe(known.headers.etag);
    expect(anonymous.headers['cache-control']).toBe('private, no-cache');
    expect(anonymous.headers.vary).toMatch(/Authorization/);
  });

  it('An expansion that is not allowed is an error with its path and its address', async () => {
    const { app } = service({ IDENTITY: 'headers' });
    for (const query of ['expand=boss', 'fields=id,boss.id']) {
      const get = request(app).get(`/jobs/j1?${query}`).accept(HAL);
      const { body } = await get.set(headers('read')).expect(200);
      expect(body._embedded).toBeUndefined();
      expect(body._expandErrors).toMatchObject([
        { path: 'boss', href: '/bosses/b1', problem: { status: 403, missing: ['boss'] } },
      ]);
      const allowed = await request(app).get(`/jobs/j1?${query}`).accept(HAL).set(headers('read', 'boss'));
      expect(allowed.body._embedded.boss.id).toBe('b1');
    }
  });

  it('With handling=strict, an expansion that is not allowed makes the whole response 403', async () => {
    const { app } = service({ IDENTITY: 'headers' });
    const get = request(app).get('/jobs/j1?expand=boss').set('Prefer', 'handling=strict');
    const { body, headers: sent } = await get.set(headers('read')).expect(403);
    expect(body).toMatchObject({
      type: '/problems/insufficient-scope',
      missing: ['boss'],
      _expandErrors: [{ path: 'boss', href: '/bosses/b1' }],
    });
    expect(sent['www-authenticate']).toContain('scope="boss"');
    expect(sent['preference-applied']).toBe('handling=strict');
  });

  it('Responses that depend on the caller are private, differ by tag, and are revalidated by it', async () => {
    const { app } = service({ IDENTITY: 'headers' });
    const get = (...scopes: string[]) =>
      request(app)
        .get('/jobs/j1')
        .accept(HAL)
        .set(headers(...scopes));
    const one = await get('read').expect(200);
    const other = await get('read', 'write').expect(200);
    expect(one.headers['cache-control']).toBe('private, max-age=60');
    expect(one.headers.vary).toMatch(/Authorization/);
    const [tag, otherTag] = [one.headers.etag as string, other.headers.etag as string];
    expect(tag).not.toBe(otherTag);
    const confirmed = await get('read').set('If-None-Match', tag).expect(304);
    expect(confirmed.headers['cache-control']).toBe('private, max-age=60');
    expect(confirmed.headers.vary).toMatch(/Authorization/);
    await get('read').set('If-None-Match', otherTag).expect(200);
    const free = await request(app).get('/weather').set(headers('read')).expect(200);
    expect(free.headers['cache-control']).toBe('public, max-age=60');
  });

  it('Calls to other services say who calls', async () => {
    const sent: (readonly string[])[] = [];
    const target: JsonTarget = {
      name: 'others',
      send: async ({ headers: raw }) => {
        sent.push(raw);
        return { status: 204, header: () => undefined, rawHeaders: [], whole: async () => Buffer.alloc(0) };
      },
    };
    const { app } = service({ IDENTITY: 'headers' }, () => sendJson(target, { method: 'GET', path: '/x' }));
    await request(app).get('/jobs/j1').set(headers('read')).expect(200);
    expect(asHeaders(sent[0] ?? [])).toMatchObject(headers('read'));
    const open = service({}, () => sendJson(target, { method: 'GET', path: '/x' }));
    await request(open.app).get('/jobs/j1').set(headers('read')).expect(200);
    expect(asHeaders(sent[1] ?? [])).not.toHaveProperty('X-Auth-Subject');
  });

  it('A request with an idempotency key is not repeated when its token is renewed', async () => {
    const { app, seen } = service({ IDENTITY: 'headers' });
    const post = (authorization: string) =>
      request(app)
        .post('/jobs')
        .set({ ...headers('write'), 'Idempotency-Key': 'k1', Authorization: authorization })
        .send({ bossId: 'b1' });
    await post('Bearer old').expect(201);
    const { headers: replayed } = await post('Bearer new').expect(201);
    expect(replayed['idempotent-replayed']).toBe('true');
    expect(seen.added).toBe(1);
  });
});

describe('A service with IDENTITY_KEY', () => {
  it('It believes the tokens of the gateway, with the claims that they pass on', async () => {
    const { app, seen } = service({ IDENTITY_KEY: KEY });
    await request(app).get('/jobs/j1').set(token({}, 'read')).expect(200);
    expect(seen.callers).toEqual([callerWith('read')]);
  });

  it.each([
    ['identity headers', () => headers('read')],
    ['a token for another service', () => token({ audience: 'others' }, 'read')],
    ['a token for another method', () => token({ method: 'POST' }, 'read')],
    ['a token with another key', () => token({ key: 'x'.repeat(32) }, 'read')],
    ['a text that is no token', () => ({ 'X-Auth-Identity': 'anna' })],
    ['an empty token', () => ({ 'X-Auth-Identity': '' })],
  ])('It rejects %s, even with IDENTITY=headers', async (_, credentials) => {
    const { app, seen } = service({ IDENTITY: 'headers', IDENTITY_KEY: KEY });
    await request(app).get('/jobs/j1').set(credentials()).expect(401);
    expect(seen.callers).toEqual([]);
  });

  it('Calls to other services have a token for that service', () => {
    const identity = createIdentity({ IDENTITY: 'off', IDENTITY_KEY: KEY }, 'jobs');
    const other = createIdentity({ IDENTITY: 'off', IDENTITY_KEY: KEY }, 'others');
    const [name = '', value] = identity?.write(callerWith('read'), 'others', 'GET') ?? [];
    const incoming = { headers: { [name.toLowerCase()]: value }, method: 'GET' } as never;
    expect(other?.read(incoming)).toEqual(callerWith('read'));
    expect(identity?.read(incoming)).toHaveProperty('rejected');
  });

  it('A key that is too short is an error of the configuration', () => {
    expect(() => createIdentity({ IDENTITY: 'off', IDENTITY_KEY: 'short' }, 'jobs')).toThrow(/IDENTITY_KEY/);
  });
});
