/** The addresses of the sign-in, over HTTP. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { browserSignInSchema } from '../../../../src/config/policies/browser-sign-in.ts';
import { createPages } from '../../../../src/gateway/portal/pages.ts';
import { SignIn } from '../../../../src/security/sign-in/sign-in.ts';
import { cookiesOf } from '../../../support/cookie-walk.ts';
import { document, startGateway } from '../../../support/gateway.ts';
import { json, type ScriptedProvider, startScriptedProvider } from '../../../support/identity-provider.ts';
import { live } from '../../../support/live.ts';
import { scriptedVerifier } from '../../../support/verifiers.ts';

const security = [{ oauth: ['read'] }];
const responses = { 200: { description: 'ok' } };
const API = document(
  {
    '/orders': { get: { security, responses }, post: { security, responses } },
    '/key': { get: { security: [{ key: [] }], responses } },
  },
  {
    securitySchemes: {
      oauth: { type: 'oauth2', flows: {} },
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
    },
  },
);

async function start(pagesRequire = '') {
  const provider = await startScriptedProvider();
  const logged: unknown[] = [];
  const browser = { scheme: 'oauth', client: { id: 'gateway' }, cookieKey: 'k'.repeat(32) };
  const signIn = new SignIn({
    config: browserSignInSchema.parse(browser),
    issuer: provider.issuer,
    verifier: scriptedVerifier(),
    folder: '.',
    logger: { warn: (...line: unknown[]) => void logged.push(line) } as never,
  });
  const pages = createPages({
    services: [],
    status: () => [],
    isDraining: () => false,
    live: live(),
    signIn,
  });
  const config = `authentication:
  schemes: { oauth: { issuer: "${provider.issuer}", audience: x }, key: { keysFile: x } }
  browser: ${JSON.stringify(browser)}
  ${pagesRequire}`;
  const verifiers = new Map(['oauth', 'key'].map((name) => [name, scriptedVerifier()]));
  const gateway = await startGateway({ shop: API }, { config, verifiers, pages, signIn });
  return { provider, url: gateway.url, log: gateway.log, logged };
}

/** Follows the sign-in as a browser does, without the pages of the provider. */
async function signInAs(url: string, provider: ScriptedProvider, token: string, returnTo = '/explorer') {
  const begun = await request(url).get('/explorer/sign-in').query({ return: returnTo }).expect(302);
  const { searchParams } = new URL(begun.headers.location as string);
  const cookie = cookiesOf(begun.headers['set-cookie']);
  const claims = {
    iss: provider.issuer,
    aud: 'gateway',
    exp: Date.now() / 1000 + 60,
    nonce: searchParams.get('nonce'),
    name: 'Anna <b>',
  };
  provider.token = (_form, _req, res) =>
    json(res, 200, {
      access_token: token,
      token_type: 'Bearer',
      id_token: `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`,
    });
  const query = { code: 'the-code', state: searchParams.get('state'), iss: provider.issuer };
  const ended = await request(url).get('/explorer/callback').query(query).set('Cookie', cookie);
  return { ended, query, cookie, session: cookiesOf(ended.headers['set-cookie']) };
}

describe('The addresses of the sign-in', () => {
  it('Lead to the provider and back, and the session is used from then on', async () => {
    const { url, provider } = await start();
    const { ended, session } = await signInAs(url, provider, 'anna:read', '/orders?limit=1');
    expect(ended.status).toBe(303);
    expect(ended.headers).toMatchObject({ location: '/orders?limit=1', 'cache-control': 'no-store' });
    await request(url).get('/orders').set('Cookie', session).expect(200);
    await request(url).get('/orders').expect(401);
    const { text, headers } = await request(url).get('/explorer').set('Cookie', session).expect(200);
    expect(text).toContain('Signed in as <strong>Anna &lt;b&gt;</strong>');
    expect(headers['cache-control']).toContain('private');
    expect((await request(url).get('/explorer')).text).not.toContain('Anna');
  });

  it('Do not accept the same end twice in a browser, or in another one', async () => {
    const { url, provider } = await start();
    const { query, session } = await signInAs(url, provider, 'anna:read');
    for (const cookie of ['', session]) {
      const { body } = await request(url)
        .get('/explorer/callback')
        .query(query)
        .set('Cookie', cookie)
        .expect(400);
      expect(body.type).toBe('/problems/sign-in-failed');
      expect(body._links['sign-in'].href).toBe('/explorer/sign-in?return=%2Fexplorer');
      expect(body._links).not.toHaveProperty('canonical');
    }
  });

  it('Show no code, state, token or key in responses and log lines', async () => {
    const { url, provider, log, logged } = await start();
    const { query, cookie } = await signInAs(url, provider, 'bad');
    const { text } = await request(url)
      .get('/explorer/callback')
      .query(query)
      .set('Cookie', cookie)
      .expect(400);
    const all = JSON.stringify([text, logged, log.warnings]);
    expect(logged).toHaveLength(1);
    for (const secret of ['the-code', query.state as string, '"bad"', 'kkkk', cookie])
      expect(all).not.toContain(secret);
  });

  it('End the session only for a page of this server', async () => {
    const { url } = await start();
    const signOut = () => request(url).post('/explorer/sign-out').set('Cookie', 'linkway-session=x');
    for (const headers of [{}, { Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }])
      expect((await signOut().set(headers)).body.type).toBe('/problems/cross-site');
    const { headers } = await signOut().set('Origin', url).expect(303);
    expect(headers.location).toBe('/explorer/signed-out');
    expect(headers['set-cookie']).toContain('linkway-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax');
    await request(url).get('/explorer/sign-out').expect(405).expect('Allow', 'POST');
    const { text } = await request(url).get('/explorer/signed-out').expect(200);
    expect(text).toContain('href="/explorer/sign-in?prompt=login"');
  });

  it('Refuse to return to other servers', async () => {
    const { url } = await start();
    for (const returnTo of ['https://evil.example', '//evil.example', '/\\evil.example'])
      await request(url).get('/explorer/sign-in').query({ return: returnTo }).expect(400);
  });

  it('Are 503 with Retry-After while the provider is down', async () => {
    const { url, provider } = await start();
    await provider.stop();
    const { headers, body } = await request(url).get('/explorer/sign-in').expect(503);
    expect(headers['retry-after']).toBe('5');
    expect(body.type).toBe('/problems/authentication-unavailable');
  });

  it('Are linked from a 401 where the sign-in gives the missing credentials', async () => {
    const { url } = await start();
    const link = (path: string, method: 'get' | 'post' = 'get') =>
      request(url)
        [method](path)
        .then(({ body }) => body._links['sign-in']?.href);
    expect(await link('/orders?limit=1')).toBe('/explorer/sign-in?return=%2Forders%3Flimit%3D1');
    expect(await link('/orders', 'post')).toBe('/explorer/sign-in?return=%2Forders');
    expect(await link(`/orders?x=${'x'.repeat(1000)}`)).toBe('/explorer/sign-in?return=%2Fexplorer');
    expect(await link('/key')).toBeUndefined();
    expect(await link('/nowhere')).toBeUndefined();
    const { text } = await request(url).get('/orders').accept('text/html').expect(401);
    expect(text).toContain('<a class="button" href="/explorer/sign-in?return=%2Forders">Sign in</a>');
  });

  it('Stay public where the pages of the gateway require credentials, and so do their style sheets', async () => {
    const { url, provider } = await start('pages: [{ oauth: [] }]');
    const { text } = await request(url).get('/explorer').accept('text/html').expect(401);
    expect(text).toContain('href="/explorer/sign-in?return=%2Fexplorer"');
    const [, style = ''] = /href="(\/docs\/linkway\.\w+\.css)"/.exec(text) ?? [];
    await request(url).get(style).expect(200);
    await request(url).get('/explorer/signed-out').expect(200);
    await request(url).get('/docs').expect(401);
    await request(url).get('/explorer/%73igned-out').expect(401);
    const { session } = await signInAs(url, provider, 'anna');
    await request(url).get('/explorer').set('Cookie', session).expect(200);
    await request(url).get('/docs').set('Cookie', session).expect(200);
  });
});
