/** A gateway in front of a service, with the tokens of a real Keycloak: as JSON Web Tokens, and by introspection. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { parseGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../src/gateway/start.ts';
import { callerFromHeaders } from '../../src/security/identity-headers.ts';
import { eventually } from '../support/eventually.ts';
import {
  accessTokenOf,
  activeKey,
  addKey,
  describeWithKeycloak,
  ISSUER,
  readToken,
  removeKey,
  revoke,
  tokenOfAdmin,
  tokenOfClient,
  tokensOf,
} from '../support/keycloak.ts';
import { testLog } from '../support/log.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

const operation = (operationId: string, scope: string) => ({
  operationId,
  security: [{ login: [scope] }],
  responses: { 200: { description: 'ok' } },
});

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1.0.0' },
  paths: {
    '/orders': { get: operation('listOrders', 'orders:read'), post: operation('placeOrder', 'orders:write') },
  },
  components: {
    securitySchemes: {
      login: { type: 'openIdConnect', openIdConnectUrl: `${ISSUER}/.well-known/openid-configuration` },
    },
  },
};

const JWT = `issuer: "${ISSUER}", audience: [orders], typ: [JWT]`;
const INTROSPECTION = `introspection: "${ISSUER}/protocol/openid-connect/token/introspect", client: { id: nightly, secret: nightly-secret }, issuer: "${ISSUER}", audience: [orders], keep: 0s`;

describeWithKeycloak('A gateway with Keycloak', () => {
  let folder: string;
  let service: TestUpstream;
  let gateways: StartedGateway[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'linkway-'));
    writeFileSync(join(folder, 'orders.json'), JSON.stringify(DOCUMENT));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => {
    service = await startUpstream();
  });
  afterEach(async () => {
    for (const gateway of gateways) await gateway.close();
    gateways = [];
    await service.stop();
  });

  /** @param scheme YAML of the scheme `login` */
  async function start(scheme: string) {
    const text = `
authentication: { schemes: { login: { ${scheme} } } }
services:
  orders:
    document: orders.json
    url: "${service.url}"
    authentication: { identity: headers, credentials: strip }
shutdown: { drain: 0, grace: 0 }
`;
    const gateway = await startGateway({
      config: parseGatewayConfig(text, join(folder, 'gateway.yaml')),
      port: 0,
      host: '127.0.0.1',
      log: testLog(),
    });
    gateways.push(gateway);
    return (method: 'get' | 'post', token?: string) => {
      const sent = request(gateway.url)[method]('/orders');
      return token === undefined ? sent : sent.set('Authorization', `Bearer ${token}`);
    };
  }

  describe.each([
    ['the claim scope', JWT],
    ['the roles of the realm', `${JWT}, scopes: /realm_access/roles`],
    ['introspection', INTROSPECTION],
  ])('Scopes by %s', (_name, scheme) => {
    it('A user with all roles may read and write', async () => {
      const ask = await start(scheme);
      const token = await accessTokenOf('ada');
      expect((await ask('get', token)).status).toBe(200);
      expect((await ask('post', token)).status).toBe(200);
    });

    it('A user without a role gets 403, and the problem names the scope', async () => {
      const ask = await start(scheme);
      const token = await accessTokenOf('bob');
      expect((await ask('get', token)).status).toBe(200);
      const { status, body, headers } = await ask('post', token);
      expect([status, body.type, body.missing]).toEqual([
        403,
        '/problems/insufficient-scope',
        ['orders:write'],
      ]);
      expect(headers['www-authenticate']).toContain('error="insufficient_scope"');
      expect(service.requests.map(({ method }) => method)).toEqual(['GET']);
    });

    it('A program with client credentials may do what its roles allow', async () => {
      const ask = await start(scheme);
      const token = await tokenOfClient('nightly', 'orders:read orders:write');
      expect((await ask('get', token)).status).toBe(200);
      expect((await ask('post', token)).status).toBe(403);
    });

    it('A request without a token, or with any other token of Keycloak, gets 401', async () => {
      const ask = await start(scheme);
      const { access_token, refresh_token, id_token } = await tokensOf('ada');
      const [head = '', , signature = ''] = access_token.split('.');
      const claims = { ...readToken(access_token, 'claims'), sub: 'bob' };
      const tokens = {
        none: undefined,
        refresh: refresh_token,
        id: id_token,
        'for another audience': await tokenOfClient('elsewhere', 'openid'),
        'of another realm': await tokenOfAdmin(),
        'with other claims': `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`,
      };
      const statuses: Record<string, number> = {};
      for (const [name, token] of Object.entries(tokens)) statuses[name] = (await ask('get', token)).status;
      expect(new Set(Object.values(statuses))).toEqual(new Set([401]));
      expect(service.requests).toEqual([]);
      expect((await ask('get', access_token)).status).toBe(200);
    });

    it('The service learns who calls, and gets no token', async () => {
      const ask = await start(scheme);
      const token = await accessTokenOf('ada');
      await ask('get', token);
      const headers = service.requests[0]?.headers ?? {};
      const caller = callerFromHeaders(headers);
      expect(caller).toMatchObject({
        issuer: ISSUER,
        subject: readToken(token, 'claims').sub,
        client: 'web',
      });
      const scopes = typeof caller === 'object' ? caller.grants.get('login') : undefined;
      expect([...(scopes ?? [])]).toEqual(expect.arrayContaining(['orders:read', 'orders:write']));
      expect(headers.authorization).toBeUndefined();
    });
  });

  it('The access tokens have the type JWT, so the default refuses them', async () => {
    const token = await accessTokenOf('ada');
    expect(readToken(token, 'header').typ).toBe('JWT');
    const ask = await start(JWT.replace(', typ: [JWT]', ''));
    expect((await ask('get', token)).status).toBe(401);
  });

  it('An issuer in another spelling than in the tokens and the metadata accepts nothing', async () => {
    const ask = await start(JWT.replace('127.0.0.1', 'localhost'));
    expect((await ask('get', await accessTokenOf('ada'))).status).toBe(401);
    expect(service.requests).toEqual([]);
  });

  it('Introspection refuses a token that was revoked, and verification by keys accepts it until it ends', async () => {
    const [introspects, verifies] = [await start(INTROSPECTION), await start(JWT)];
    const token = await accessTokenOf('ada');
    expect((await introspects('get', token)).status).toBe(200);
    await revoke(token);
    expect((await introspects('get', token)).status).toBe(401);
    expect((await verifies('get', token)).status).toBe(200);
  });

  it('Tokens of a new key are accepted at once, and those of a removed key are refused after the next fetch', async () => {
    const former = await activeKey();
    const [during, after] = [await start(JWT), await start(JWT)];
    const old = await accessTokenOf('ada');
    expect(readToken(old, 'header').kid).toBe(former.kid);
    // Both gateways fetch the keys now.
    for (const ask of [during, after]) expect((await ask('get', old)).status).toBe(200);

    const next = await addKey();
    expect(next.kid).not.toBe(former.kid);
    const young = await accessTokenOf('ada');
    expect(readToken(young, 'header').kid).toBe(next.kid);
    for (const token of [young, old]) expect((await during('get', token)).status).toBe(200);

    await removeKey(former);
    await eventually('Keycloak publishes the key no more', async () => {
      const { keys } = (await (await fetch(`${ISSUER}/protocol/openid-connect/certs`)).json()) as {
        keys: { kid: string }[];
      };
      return !keys.some(({ kid }) => kid === former.kid);
    });
    // The token of the new key makes the other gateway fetch the keys again.
    expect((await after('get', young)).status).toBe(200);
    expect((await after('get', old)).status).toBe(401);
    expect((await after('get', young)).status).toBe(200);
  });
});
