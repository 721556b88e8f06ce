/** The gateway asks for the credentials that the documents require. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { Problem } from '../../../src/contract/problem.ts';
import { tooManyAttempts } from '../../../src/contract/problems.ts';
import { RefusalStatistics } from '../../../src/gateway/security/refusal-statistics.ts';
import { authenticate } from '../../../src/gateway/steps/authenticate.ts';
import type { Requirements } from '../../../src/openapi/security-requirements.ts';
import { document, startGateway, type TestGatewayOptions } from '../../support/gateway.ts';
import { rawClient, statusesOf } from '../../support/raw-client.ts';
import { scriptedVerifier } from '../../support/verifiers.ts';

const schemes = {
  oauth: { type: 'oauth2', flows: {} },
  key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
  queryKey: { type: 'apiKey', in: 'query', name: 'api_key' },
  cookieKey: { type: 'apiKey', in: 'cookie', name: 'session' },
  login: { type: 'http', scheme: 'basic' },
  token: { type: 'http', scheme: 'Bearer' },
  alias: { $ref: '#/components/securitySchemes/oauth' },
  digest: { type: 'http', scheme: 'digest' },
  forgotten: { type: 'http', scheme: 'bearer' },
};

const read = [{ oauth: ['read'] }];

const operation = (security: unknown) => ({
  get: { ...(security !== undefined && { security }), responses: { 200: { description: 'ok' } } },
});

const CONFIG = `authentication:
  schemes: { oauth: { keysFile: x }, key: { keysFile: x }, queryKey: { keysFile: x }, cookieKey: { keysFile: x }, login: { keysFile: x }, token: { keysFile: x }, alias: { keysFile: x } }`;

async function secured(
  security: unknown,
  {
    config = CONFIG,
    isAsynchronous = false,
    ...options
  }: TestGatewayOptions & { isAsynchronous?: boolean } = {},
) {
  const verifier = scriptedVerifier({ isAsynchronous });
  const verifiers = new Map(Object.keys(schemes).map((name) => [name, verifier]));
  const documents = { pets: document({ '/pets': operation(security) }, { securitySchemes: schemes }) };
  const gateway = await startGateway(documents, { config, verifiers, ...options });
  if (gateway.services.pets)
    gateway.services.pets.respond = (_req, res) =>
      res.writeHead(200, { 'Content-Type': 'text/plain' }).end('pets');
  return { ...gateway, verifier, reached: () => gateway.services.pets?.requests.length };
}

type Case = readonly [title: string, security: unknown, headers: Record<string, string>, status: number];

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const basic = (text: string) => ({ authorization: `Basic ${text}` });

const CASES: readonly Case[] = [
  ['An operation without security is public', undefined, {}, 200],
  ['An empty list makes an operation public', [], {}, 200],
  ['An empty requirement makes credentials optional', [{}, { oauth: ['read'] }], {}, 200],
  [
    'Invalid credentials do not matter where they are optional',
    [{}, { oauth: ['read'] }],
    bearer('bad'),
    200,
  ],
  ['A request without credentials gets 401', read, {}, 401],
  ['A request with invalid credentials gets 401', read, bearer('bad'), 401],
  ['An empty token gets 401', read, bearer(''), 401],
  ['A token without the scope gets 403', read, bearer('anna:write'), 403],
  ['A token with the scope is accepted', read, bearer('anna:read,write'), 200],
  ['The name of the HTTP scheme has no case', read, { authorization: 'bEARER anna:read' }, 200],
  ['Basic credentials are not a token', read, basic('anna:read'), 401],
  ['A token that cannot be verified gets 503', read, bearer('away'), 503],
  ['All scopes of a list are needed', [{ oauth: ['read', 'write'] }], bearer('anna:read'), 403],
  ['One alternative is enough', [{ oauth: ['admin'] }, { key: [] }], { 'x-api-key': 'shop' }, 200],
  ['An API key in the wrong place gets 401', [{ key: [] }], bearer('shop'), 401],
  ['An API key in a cookie is accepted', [{ cookieKey: [] }], { cookie: 'a=1; session=shop; b=2' }, 200],
  ['Another cookie is no API key', [{ cookieKey: [] }], { cookie: 'sessions=shop' }, 401],
  ['Basic credentials are accepted', [{ login: [] }], basic('anna'), 200],
  ['All schemes of a requirement are needed', [{ oauth: ['read'], key: [] }], bearer('anna:read'), 401],
  [
    'A request with all schemes of a requirement is accepted',
    [{ oauth: ['read'], key: [] }],
    { ...bearer('anna:read'), 'x-api-key': 'shop' },
    200,
  ],
  ['A scheme that refers to another is like that one', [{ alias: [] }], bearer('anna'), 200],
  ['A scheme without keys refuses with 503', [{ forgotten: [] }], bearer('anna'), 503],
  ['An unsupported scheme refuses with 503', [{ digest: [] }], { authorization: 'Digest x' }, 503],
  ['An undeclared scheme refuses with 503', [{ nowhere: [] }], bearer('anna'), 503],
  [
    'A scheme without keys leaves other alternatives',
    [{ forgotten: [] }, { key: [] }],
    { 'x-api-key': 'a' },
    200,
  ],
  ['Security that is not a list never opens an operation', 'oauth', bearer('anna'), 503],
  ['A requirement that is not an object never opens an operation', ['oauth'], bearer('anna'), 503],
];

describe.each([false, true])('Credentials of a document (asynchronous: %s)', (isAsynchronous) => {
  it.each(CASES)('%s', async (_title, security, headers, status) => {
    const gateway = await secured(security, { isAsynchronous });
    const response = await request(gateway.url).get('/pets').set(headers);
    expect(response.status).toBe(status);
    expect(gateway.reached()).toBe(status === 200 ? 1 : 0);
    expect(response.headers['www-authenticate'] !== undefined).toBe(status === 401 || status === 403);
    if (status === 503) expect(response.headers['retry-after']).toMatch(/^\d+$/);
  });
});

describe('The problem of a request that is not allowed', () => {
  it('Without credentials, the challenges name every scheme, and no error', async () => {
    const { url } = await secured([{ oauth: ['read'] }, { key: [] }, { login: [] }]);
    const { headers, body } = await request(url).get('/pets').expect(401);
    expect(headers['www-authenticate']).toBe(
      'Bearer realm="linkway", ApiKey realm="linkway", in="header", name="x-api-key", Basic realm="linkway", charset="UTF-8"',
    );
    expect(body).toMatchObject({ type: '/problems/authentication-required', status: 401 });
    expect(headers['cache-control']).toBe('no-store');
  });

  it('With invalid credentials, the challenge says that the token is invalid', async () => {
    const { url } = await secured(read);
    const { headers } = await request(url).get('/pets').set(bearer('bad')).expect(401);
    expect(headers['www-authenticate']).toBe(
      'Bearer realm="linkway", error="invalid_token", error_description="the token has expired"',
    );
  });

  it('Without a scope, the problem names what is missing, and the challenge all that is needed', async () => {
    const { url } = await secured([{ oauth: ['read', 'write'] }]);
    const { headers, body } = await request(url).get('/pets').set(bearer('anna:read')).expect(403);
    expect(headers['www-authenticate']).toContain('error="insufficient_scope"');
    expect(headers['www-authenticate']).toContain('scope="read write"');
    expect(body).toMatchObject({ type: '/problems/insufficient-scope', missing: ['write'] });
  });

  it('The problem never contains the credentials', async () => {
    const { url, log } = await secured(read);
    const response = await request(url).get('/pets').set(bearer('secret-token')).expect(403);
    expect(JSON.stringify([response.headers, response.text, log.written])).not.toContain('secret-token');
  });
});

describe('Credentials that occur twice', () => {
  it.each([
    ['two Authorization headers', 'Authorization: Bearer anna:read\r\nauthorization: Bearer bad'],
    ['two API keys', 'X-Api-Key: anna\r\nX-API-KEY: anna'],
    ['two cookies of a name', 'Cookie: session=anna; session=bad'],
  ])('A request with %s gets 400', async (_title, headers) => {
    const gateway = await secured([{ oauth: ['read'] }, { key: [] }, { cookieKey: [] }]);
    const client = rawClient(
      gateway.url,
      `GET /pets HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n\r\n`,
    );
    expect(statusesOf(await client.end)).toEqual([400]);
    expect(gateway.reached()).toBe(0);
  });

  it('A query with two API keys gets 400', async () => {
    const gateway = await secured([{ queryKey: [] }]);
    await request(gateway.url).get('/pets?api_key=anna&api%5Fkey=bad').expect(400);
    expect(gateway.reached()).toBe(0);
  });
});

it('A client with too many invalid credentials gets 429, and other clients are not affected', async () => {
  const { url } = await secured(read, { config: `${CONFIG}\ntrustProxy: true` });
  const statuses = new Set<number>();
  const attempt = async () => {
    const { status, headers } = await request(url)
      .get('/pets')
      .set({ ...bearer('bad'), 'X-Forwarded-For': '192.0.2.1' });
    statuses.add(status);
    if (status === 429) expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
  };
  // 100 are allowed at once, and then one each 10 ms.
  for (let round = 0; round < 40 && !statuses.has(429); round++)
    await Promise.all(Array.from({ length: 50 }, attempt));
  expect([...statuses]).toEqual([401, 429]);
  await request(url)
    .get('/pets')
    .set({ ...bearer('anna:read'), 'X-Forwarded-For': '192.0.2.2' })
    .expect(200);
  await request(url).get('/pets').set({ 'X-Forwarded-For': '192.0.2.1' }).expect(401);
});

it.each<[string, Requirements, boolean]>([
  ['that everyone may call is not', [[], [{ scheme: 'oauth', scopes: [] }]], false],
  ['that requires credentials is', [[{ scheme: 'oauth', scopes: [] }]], true],
])(
  'After too many invalid credentials of an address, an operation %s refused',
  (_, requirements, isRefused) => {
    const step = authenticate({
      security: {
        authenticator: {
          authenticate: () => {
            throw new Problem(tooManyAttempts, 'Too many.');
          },
        } as never,
        of: () => ({ mode: 'on', requirements, places: new Map() }),
        realm: 'r',
      },
      statistics: new RefusalStatistics(),
      logger: { info: () => {} },
    });
    const run = () => step({ operation: { service: 'a', operationId: 'b' }, context: {} } as never);
    if (isRefused) expect(run).toThrow('Too many.');
    else expect(run()).toBeUndefined();
  },
);

it('The log says why credentials were refused, and never has the credentials', async () => {
  const { url, log } = await secured(read);
  await request(url).get('/pets').set(bearer('bad')).expect(401);
  const { calls } = (log.logger as unknown as { info: { mock: { calls: unknown[] } } }).info.mock;
  expect(calls).toEqual([
    [
      expect.objectContaining({
        service: 'pets',
        operationId: 'GET /pets',
        code: 'authentication-required',
        reasons: [{ scheme: 'oauth', reason: 'exp' }],
      }),
      'a request was refused for its credentials',
    ],
  ]);
});

it('An API key in the query is accepted, although it is no parameter of the operation', async () => {
  const gateway = await secured([{ queryKey: [] }]);
  await request(gateway.url).get('/pets?api_key=anna').expect(200);
});

describe('The modes of enforcement', () => {
  it('With observe, every request passes and refusals are counted by operation', async () => {
    const refusalStatistics = new RefusalStatistics();
    const config = CONFIG.replace('authentication:', 'authentication:\n  enforce: observe');
    const { url } = await secured(read, { config, refusalStatistics });
    await request(url).get('/pets').expect(200);
    await request(url).get('/pets').set(bearer('bad')).expect(200);
    await request(url).get('/pets').set(bearer('anna')).expect(200);
    await request(url).get('/pets').set(bearer('away')).expect(200);
    await request(url).get('/pets').set(bearer('anna:read')).expect(200);
    expect(refusalStatistics.of('pets')).toEqual([
      { operationId: 'GET /pets', unauthenticated: 2, forbidden: 1, unverifiable: 1 },
    ]);
  });

  it('With observe, a request with the same kind of credentials twice passes as well', async () => {
    const config = CONFIG.replace('authentication:', 'authentication:\n  enforce: observe');
    const { url } = await secured([{ cookieKey: [] }], { config });
    await request(url).get('/pets').set('Cookie', 'session=anna; session=bad').expect(200);
  });

  it('With off, no credentials are verified', async () => {
    const config = CONFIG.replace('authentication:', 'authentication:\n  enforce: off');
    const { url, verifier } = await secured(read, { config });
    await request(url).get('/pets').set(bearer('bad')).expect(200);
    expect(verifier.calls).toEqual([]);
  });

  it('A service may have its own mode', async () => {
    const { url } = await secured(read, { service: 'authentication: { enforce: off }' });
    await request(url).get('/pets').expect(200);
  });

  it('With anonymous: refuse, an operation without security takes any valid credentials', async () => {
    const config = CONFIG.replace('authentication:', 'authentication:\n  anonymous: refuse');
    const { url } = await secured(undefined, { config });
    await request(url).get('/pets').expect(401);
    await request(url).get('/pets').set(bearer('anna')).expect(200);
  });

  it('A scheme of a document may have another name in gateway.yaml', async () => {
    const { url } = await secured([{ forgotten: ['read'] }], {
      service: 'authentication: { schemes: { forgotten: oauth } }',
    });
    await request(url).get('/pets').expect(401);
    await request(url).get('/pets').set(bearer('anna:read')).expect(200);
  });
});
