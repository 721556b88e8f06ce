/** Services learn from the gateway alone who calls, and one caller never gets a response to another. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { document, startGateway, type TestGateway } from '../../support/gateway.ts';
import { rawClient, statusesOf } from '../../support/raw-client.ts';
import { scriptedVerifier } from '../../support/verifiers.ts';

const SCHEMES = {
  oauth: { type: 'http', scheme: 'bearer' },
  key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
  queryKey: { type: 'apiKey', in: 'query', name: 'api_key' },
  cookieKey: { type: 'apiKey', in: 'cookie', name: 'session' },
};
const CONFIG =
  'authentication: { schemes: { oauth: { keysFile: x }, key: { keysFile: x }, queryKey: { keysFile: x }, cookieKey: { keysFile: x } } }';
const ANY = [{ oauth: [] }, { key: [] }, { queryKey: [] }, { cookieKey: [] }, {}];

async function system(service: string, config = CONFIG): Promise<TestGateway> {
  const verifier = scriptedVerifier();
  const verifiers = new Map(Object.keys(SCHEMES).map((name) => [name, verifier]));
  const get = { security: ANY, responses: { 200: { description: 'ok' } } };
  const documents = { pets: document({ '/pets': { get } }, { securitySchemes: SCHEMES }) };
  const gateway = await startGateway(documents, { config, service, verifiers });
  if (gateway.services.pets) gateway.services.pets.respond = (_req, res) => res.writeHead(200).end('pets');
  return gateway;
}

const seen = ({ services }: TestGateway) => services.pets?.requests.at(-1);

const SPELLINGS = [
  'X-Auth-Subject: root',
  'x-auth-subject: root',
  'X_Auth_Subject: root',
  'X-Auth_Subject: root',
  'X.Auth.Subject: root',
  'x~auth!Scope: root',
  'X-AUTH-SUBJECT: root\r\nX-Auth-Subject: root',
  'X-Auth-Subject: root\r\nConnection: close, X-Auth-Subject',
  'X-Auth-Issuer: root',
  'X-Auth-Client: root',
  'X-Auth-Scope: root',
  'X_AUTH_SCOPE: root',
  'X-Auth-Identity: root',
];

describe.each(['off', 'headers'])('Identity headers of clients (identity: %s)', (identity) => {
  it.each(SPELLINGS)('The service never gets %j from a client', async (header) => {
    const gateway = await system(`authentication: { identity: ${identity} }`);
    const end = 'Connection: close\r\n\r\n';
    for (const credentials of ['', 'Authorization: Bearer anna\r\n']) {
      const text = `GET /pets HTTP/1.1\r\nHost: localhost\r\n${credentials}${header}\r\n${end}`;
      expect(statusesOf(await rawClient(gateway.url, text).end)).toEqual([200]);
      expect(JSON.stringify(seen(gateway)?.headers)).not.toContain('root');
    }
  });
});

describe('The identity of a caller', () => {
  it('A service with identity: headers gets the subject, the issuer and the scopes', async () => {
    const gateway = await system('authentication: { identity: headers }');
    await request(gateway.url).get('/pets').set('Authorization', 'Bearer anna:read,write').expect(200);
    expect(seen(gateway)?.headers).toMatchObject({
      'x-auth-subject': 'anna',
      'x-auth-issuer': encodeURIComponent('https://idp.example'),
      'x-auth-scope': 'oauth="read write"',
    });
  });

  it('An anonymous request has no identity headers', async () => {
    const gateway = await system('authentication: { identity: headers }');
    await request(gateway.url).get('/pets').expect(200);
    expect(Object.keys(seen(gateway)?.headers ?? {}).filter((name) => name.startsWith('x-auth'))).toEqual([]);
  });

  it('A subject with line breaks stays one header', async () => {
    const gateway = await system('authentication: { identity: headers }');
    await request(gateway.url).get('/pets').set('Authorization', 'Bearer änna|%0d%0aX: y').expect(200);
    expect(seen(gateway)?.headers['x-auth-subject']).toMatch(/^[\w%.~-]+$/);
  });
});

describe('Credentials that the gateway has verified', () => {
  const all = () => ({
    Authorization: 'Bearer anna',
    'X-Api-Key': 'shop',
    Cookie: 'a=1; session=anna; b=2',
    'X-Other': 'kept',
  });

  it('A service with credentials: strip gets none of them, and everything else', async () => {
    const gateway = await system('unknownQuery: pass, authentication: { credentials: strip }');
    await request(gateway.url).get('/pets?a=%31&api_key=anna&b=2').set(all()).expect(200);
    expect(seen(gateway)?.url).toBe('/pets?a=%31&b=2');
    expect(seen(gateway)?.headers).toMatchObject({ cookie: 'a=1; b=2', 'x-other': 'kept' });
    expect(seen(gateway)?.headers).not.toHaveProperty('authorization');
    expect(seen(gateway)?.headers).not.toHaveProperty('x-api-key');
  });

  it('A service with credentials: keep gets them as the client sent them', async () => {
    const gateway = await system('unknownQuery: pass');
    await request(gateway.url).get('/pets?api_key=anna').set(all()).expect(200);
    expect(seen(gateway)?.url).toBe('/pets?api_key=anna');
    expect(seen(gateway)?.headers).toMatchObject({
      authorization: 'Bearer anna',
      'x-api-key': 'shop',
      cookie: 'a=1; session=anna; b=2',
    });
  });
});

describe('The cache with callers', () => {
  it('Concurrent requests of two callers never share a response, even where the service sees no difference', async () => {
    const gateway = await system('cache: on, authentication: { credentials: strip }');
    const { pets } = gateway.services;
    if (!pets) throw new Error('no service');
    const waiting: (() => void)[] = [];
    let number = 0;
    pets.respond = (_req, res) => {
      number += 1;
      const body = `private ${number}`;
      waiting.push(() => res.writeHead(200, { 'Cache-Control': 'max-age=60' }).end(body));
      if (waiting.length === 2) for (const respond of waiting) respond();
    };
    const get = (who: string) => request(gateway.url).get('/pets').set('Authorization', `Bearer ${who}`);
    const bodies = await Promise.all(
      ['anna', 'bert'].map(async (who) => (await get(who).buffer(true).expect(200)).text),
    );
    expect(new Set(bodies).size).toBe(2);
  });

  it.each(['headers', 'token'])(
    'Requests of one subject with other scopes never share a response (identity: %s)',
    async (identity) => {
      const config = CONFIG.replace('{ schemes', `{ signingKey: "${'k'.repeat(32)}", schemes`);
      const gateway = await system(
        `cache: on, authentication: { credentials: strip, identity: ${identity} }`,
        config,
      );
      const { pets } = gateway.services;
      if (!pets) throw new Error('no service');
      const waiting: (() => void)[] = [];
      pets.respond = (_req, res) => {
        const number = waiting.push(() =>
          res.writeHead(200, { 'Cache-Control': 'max-age=60' }).end(`for ${number}`),
        );
        if (waiting.length === 2) for (const respond of waiting) respond();
      };
      const get = async (who: string) =>
        (
          await request(gateway.url)
            .get('/pets')
            .set('Authorization', `Bearer ${who}`)
            .timeout(5000)
            .buffer(true)
        ).text;
      expect(new Set(await Promise.all(['anna:read', 'anna:read,admin'].map(get))).size).toBe(2);
    },
  );

  it('A response to a caller is stored only where the service makes it public', async () => {
    const gateway = await system('cache: on, authentication: { credentials: strip }');
    const { pets } = gateway.services;
    if (!pets) throw new Error('no service');
    for (const [control, calls] of [
      ['max-age=60', 3],
      ['public, max-age=60', 4],
    ] as const) {
      pets.respond = (_req, res) => res.writeHead(200, { 'Cache-Control': control }).end('x');
      for (const who of ['anna', 'bert', 'anna'])
        await request(gateway.url).get('/pets').set('Authorization', `Bearer ${who}`).expect(200);
      expect(pets.requests.length).toBe(calls);
    }
  });
});
