/** The cookie of a session becomes credentials, if a page of this server sends it. */
import type { RequestListener } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { document, startGateway } from '../../support/gateway.ts';
import { scriptedVerifier } from '../../support/verifiers.ts';

const CONFIG = 'authentication: { schemes: { oauth: { keysFile: x } } }';
const security = [{ oauth: ['read'] }];
const responses = { 200: { description: 'ok' } };
const API = document(
  {
    '/orders': { get: { security, responses }, post: { security, responses } },
    '/menu': { get: { responses } },
  },
  { securitySchemes: { oauth: { type: 'oauth2', flows: {} } } },
);

/** A session whose cookie is `linkway-session=good`, with the token `anna:read`. */
const signIn = {
  session: (cookie: string | undefined, isSecure: boolean) =>
    /(?:^|;\s*)(?:__Host-)?linkway-session=good(?:;|$)/.test(cookie ?? '') &&
    cookie?.includes('__Host-') === isSecure
      ? { token: 'anna:read', name: 'Anna' }
      : undefined,
};

async function start(service = '') {
  const verifiers = new Map([['oauth', scriptedVerifier()]]);
  const gateway = await startGateway(
    { shop: API },
    { config: CONFIG, service, verifiers, signIn: signIn as never },
  );
  const { shop } = gateway.services;
  if (shop)
    shop.respond = (_req, res) => res.writeHead(200, { 'Cache-Control': 'public, max-age=60' }).end('ok');
  const respond = (listener: RequestListener) => {
    if (shop) shop.respond = listener;
  };
  return { url: gateway.url, requests: () => shop?.requests ?? [], respond };
}

const COOKIE = 'a=1; linkway-session=good; linkway-sign-in=pending; b=2';

describe('A session of a browser', () => {
  it('Becomes the credentials of a request, and its cookies do not reach the service', async () => {
    const { url, requests } = await start();
    await request(url).get('/orders').set('Cookie', COOKIE).expect(200);
    const [{ headers, rawHeaders } = { headers: {}, rawHeaders: [] }] = requests();
    expect(headers.authorization).toBe('Bearer anna:read');
    expect(headers.cookie).toBe('a=1; b=2');
    expect(rawHeaders.join()).not.toContain('linkway-s');
  });

  it('Does not replace the credentials of a request', async () => {
    const { url, requests } = await start();
    await request(url).get('/orders').set('Cookie', COOKIE).set('Authorization', 'Bearer bad').expect(401);
    await request(url)
      .get('/orders')
      .set('Cookie', COOKIE)
      .set('Authorization', 'Bearer max:read')
      .expect(200);
    expect(requests().map(({ headers }) => headers.authorization)).toEqual(['Bearer max:read']);
  });

  it('Makes responses private, also those that the service declares public, and errors', async () => {
    const { url } = await start();
    const page = await request(url).get('/menu').set('Cookie', COOKIE).expect(200);
    expect(page.headers['cache-control']).toBe('private, max-age=60');
    expect(page.headers.vary).toMatch(/\bCookie\b/);
    const error = await request(url).get('/nowhere').set('Cookie', COOKIE).expect(404);
    expect(error.headers.vary).toMatch(/\bCookie\b/);
    expect(error.headers['cache-control']).toBe('no-store');
    const anonymous = await request(url).get('/menu').expect(200);
    expect(anonymous.headers['cache-control']).toBe('public, max-age=60');
  });

  it('Is named in Vary wherever Authorization is, so that browsers do not reuse pages of former sessions', async () => {
    const { url, respond } = await start();
    const varyFor = async (vary: string, cookie = '') => {
      respond((_req, res) => res.writeHead(200, { Vary: vary }).end('ok'));
      return (await request(url).get('/menu').set('Cookie', cookie)).headers.vary;
    };
    expect(await varyFor('Accept, Authorization')).toMatch(/, Cookie$/);
    expect(await varyFor('authorization', 'linkway-session=old')).toMatch(/, Cookie$/);
    expect(await varyFor('Accept')).not.toContain('Cookie');
    expect(await varyFor('X-Authorization')).not.toContain('Cookie');
    expect(await varyFor('Authorization, cookie')).toBe('Authorization, cookie');
  });

  it('Is removed from the browser if it is not valid any more', async () => {
    const { url, requests } = await start();
    const { headers } = await request(url).get('/orders').set('Cookie', 'linkway-session=old').expect(401);
    expect(headers['set-cookie']).toEqual(['linkway-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax']);
    const pending = await request(url).get('/menu').set('Cookie', 'linkway-sign-in=x').expect(200);
    expect(pending.headers['set-cookie']).toBeUndefined();
    expect(requests()[0]?.headers.cookie).toBeUndefined();
  });

  it.each(['', 'crossSite: pass'])(
    'Counts for changes only if a page of this server sends them: %j',
    async (service) => {
      const { url, requests } = await start(service);
      const post = (headers: Record<string, string>) =>
        request(url)
          .post('/orders')
          .set({ Cookie: COOKIE, ...headers })
          .then(({ status }) => status);
      expect(await post({})).toBe(401);
      expect([401, 403]).toContain(await post({ Origin: 'https://evil.example' }));
      expect([401, 403]).toContain(await post({ 'Sec-Fetch-Site': 'cross-site' }));
      expect([401, 403]).toContain(await post({ 'Sec-Fetch-Site': 'same-site' }));
      expect([401, 403]).toContain(await post({ Origin: 'null' }));
      expect(requests()).toHaveLength(0);
      expect(await post({ 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
      expect(await post({ Origin: url })).toBe(200);
    },
  );

  it('Does not count for images and scripts of other sites', async () => {
    const { url } = await start();
    const get = (headers: Record<string, string>) =>
      request(url)
        .get('/orders')
        .set({ Cookie: COOKIE, ...headers })
        .then(({ status }) => status);
    expect(
      await get({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }),
    ).toBe(401);
    expect(
      await get({
        'Sec-Fetch-Site': 'cross-site',
        'Sec-Fetch-Mode': 'navigate',
        'Sec-Fetch-Dest': 'document',
      }),
    ).toBe(200);
  });
});
