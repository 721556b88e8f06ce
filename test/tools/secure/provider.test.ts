/** The provider of `npm run start:secure`, and the gateway as its client: a provider that others wrote. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { browserSignInSchema } from '../../../src/config/policies/browser-sign-in.ts';
import { introspectionSchemeSchema } from '../../../src/config/policies/introspection-scheme.ts';
import { jwtSchemeSchema } from '../../../src/config/policies/jwt-scheme.ts';
import { IntrospectionVerifier } from '../../../src/security/introspection/introspection-verifier.ts';
import { createJwtVerifier } from '../../../src/security/jwt/jwt-verifier.ts';
import { SignIn } from '../../../src/security/sign-in/sign-in.ts';
import type { Verifier } from '../../../src/security/verifier.ts';
import { AUDIENCE, type ProviderOptions, startProvider } from '../../../src/tools/secure/provider.ts';
import { cookiesOf, visit } from '../../support/cookie-walk.ts';

const GATEWAY = 'http://localhost:8080';
const USERS = {
  anna: { name: 'Anna', about: 'orders food', scopes: ['orders:read', 'orders:write'] },
  max: { name: 'Max', about: 'only reads', scopes: ['orders:read'] },
};

const open: { close?(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close?.();
});

async function start(options: Partial<ProviderOptions> = {}) {
  const provider = await startProvider({ port: 0, users: USERS, origins: () => [GATEWAY], ...options });
  open.push(provider);
  return provider.issuer;
}

function jwtVerifier(issuer: string, changes: object = {}): Verifier {
  const verifier = createJwtVerifier(jwtSchemeSchema.parse({ issuer, audience: AUDIENCE, ...changes }));
  open.push(verifier);
  return verifier;
}

function introspectionVerifier(issuer: string, secret = 'demo'): Verifier {
  const verifier = new IntrospectionVerifier(
    introspectionSchemeSchema.parse({
      introspection: `${issuer}/token/introspection`,
      client: { id: 'curl', secret },
      issuer,
      audience: [AUDIENCE],
    }),
    { folder: '.' },
  );
  open.push(verifier);
  return verifier;
}

/** What the README does with curl. */
async function tokenOf(issuer: string, scope = 'orders:read orders:write'): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from('curl:demo').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

function signInAt(issuer: string, verifier: Verifier): SignIn {
  const signIn = new SignIn({
    config: browserSignInSchema.parse({
      scheme: 'oauth',
      client: { id: 'explorer' },
      scopes: ['orders:read', 'orders:write'],
      cookieKey: 'k'.repeat(32),
    }),
    issuer,
    verifier,
    folder: '.',
    logger: { warn: () => undefined } as never,
  });
  open.push(signIn);
  return signIn;
}

async function authorize(signIn: SignIn, user: string) {
  const begun = await signIn.begin(GATEWAY);
  const cookies = new Map<string, string>();
  const { url } = await visit(begun.location, cookies);
  const ended = await visit(url, cookies, new URLSearchParams({ user }));
  return { query: new URL(ended.url).searchParams, cookie: cookiesOf(begun.cookies) };
}

describe('Tokens of the provider', () => {
  it('Are accepted by the verifier of JSON Web Tokens, with their scopes', async () => {
    const issuer = await start();
    const identity = await jwtVerifier(issuer).verify(await tokenOf(issuer));
    expect(identity).toMatchObject({
      issuer,
      subject: expect.stringContaining('curl'),
      client: 'curl',
      scopes: new Set(['orders:read', 'orders:write']),
    });
  });

  it('Are refused for another audience, of another provider with the same name of key, and when they are changed', async () => {
    const issuer = await start();
    const token = await tokenOf(issuer);
    const [header, claims = '', signature] = token.split('.');
    const forged = Buffer.from(Buffer.from(claims, 'base64url').toString().replace('orders:read', 'kitchen'));
    const verifier = jwtVerifier(issuer);
    for (const text of [
      [header, forged.toString('base64url'), signature].join('.'),
      [header, claims, `${signature?.slice(0, -2)}AA`].join('.'),
      await tokenOf(await start()),
    ])
      expect(await verifier.verify(text)).toHaveProperty('rejected');
    expect(await jwtVerifier(issuer, { audience: 'other' }).verify(token)).toHaveProperty('rejected');
  });

  it('Are accepted by introspection where they are opaque', async () => {
    const issuer = await start({ tokens: 'opaque' });
    const token = await tokenOf(issuer, 'orders:read');
    expect(token).not.toContain('.');
    expect(await introspectionVerifier(issuer).verify(token)).toMatchObject({
      issuer,
      client: 'curl',
      scopes: new Set(['orders:read']),
    });
  });

  it('Are refused by introspection if they are unknown, and unavailable with a wrong secret of the gateway', async () => {
    const issuer = await start({ tokens: 'opaque' });
    const token = await tokenOf(issuer);
    expect(await introspectionVerifier(issuer).verify(`${token}x`)).toHaveProperty('rejected');
    expect(await introspectionVerifier(issuer, 'wrong').verify(token)).toHaveProperty('unavailable');
  });
});

describe('A sign-in at the provider', () => {
  it.each([
    ['anna', 'Anna', ['orders:read', 'orders:write']],
    ['max', 'Max', ['orders:read']],
  ])('Gives %s only the scopes of this person', async (user, name, scopes) => {
    const issuer = await start();
    const verifier = jwtVerifier(issuer);
    const signIn = signInAt(issuer, verifier);
    const { query, cookie } = await authorize(signIn, user);
    const { cookies } = await signIn.finish(GATEWAY, query, cookie);
    const session = signIn.session(cookiesOf(cookies), false);
    expect(session?.name).toBe(name);
    expect(await verifier.verify(session?.token ?? '')).toMatchObject({
      subject: user,
      scopes: new Set(scopes),
    });
  });

  it('Works once: the provider refuses the same code, and ends the token', async () => {
    const issuer = await start();
    const signIn = signInAt(issuer, jwtVerifier(issuer));
    const { query, cookie } = await authorize(signIn, 'anna');
    await signIn.finish(GATEWAY, query, cookie);
    await expect(signIn.finish(GATEWAY, query, cookie)).rejects.toMatchObject({
      type: { code: 'sign-in-failed' },
    });
  });

  it('Fails with the code of another sign-in, because the proof of the code is another one', async () => {
    const issuer = await start();
    const signIn = signInAt(issuer, jwtVerifier(issuer));
    const [mine, other] = [await authorize(signIn, 'anna'), await authorize(signIn, 'max')];
    const injected = new URLSearchParams(mine.query);
    injected.set('code', other.query.get('code') ?? '');
    await expect(signIn.finish(GATEWAY, injected, mine.cookie)).rejects.toMatchObject({ status: 400 });
  });

  it('Is refused for a person who does not exist, and without the cookie of the page', async () => {
    const issuer = await start();
    const begun = await signInAt(issuer, jwtVerifier(issuer)).begin(GATEWAY);
    const cookies = new Map<string, string>();
    const { url } = await visit(begun.location, cookies);
    for (const user of ['nobody', '__proto__', 'constructor', ''])
      expect((await visit(url, cookies, new URLSearchParams({ user }))).response.status).toBe(400);
    expect((await visit(url, cookies, new URLSearchParams({ user: 'x'.repeat(2000) }))).response.status).toBe(
      400,
    );
    expect((await visit(url, new Map(), new URLSearchParams({ user: 'anna' }))).response.status).toBe(400);
  });

  it.each([
    ['another address to return to', 'redirect_uri', 'https://evil.example/explorer/callback'],
    ['the address of another client', 'redirect_uri', `${GATEWAY}/docs/oauth2-redirect.html`],
    ['another port', 'redirect_uri', 'http://localhost:8081/explorer/callback'],
    ['an unknown client', 'client_id', 'nobody'],
  ])('Shows an error, and leads nowhere, with %s', async (_, name, value) => {
    const issuer = await start();
    const { location } = await signInAt(issuer, jwtVerifier(issuer)).begin(GATEWAY);
    const url = new URL(location);
    url.searchParams.set(name, value);
    const { response, url: reached } = await visit(url.href, new Map());
    expect(response.status).toBe(400);
    expect(reached).toBe(url.href);
  });

  it('Needs PKCE', async () => {
    const issuer = await start();
    const { location } = await signInAt(issuer, jwtVerifier(issuer)).begin(GATEWAY);
    const url = new URL(location);
    url.searchParams.delete('code_challenge');
    const { url: reached } = await visit(url.href, new Map());
    expect(new URL(reached).searchParams.get('error')).toBe('invalid_request');
  });
});

describe('The provider', () => {
  it('Lets only pages of the gateway read tokens', async () => {
    const issuer = await start();
    const allowed = async (origin: string) => {
      const body = new URLSearchParams({
        client_id: 'swagger-ui',
        grant_type: 'authorization_code',
        code: 'x',
      });
      const { headers } = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { Origin: origin },
        body,
      });
      return headers.get('access-control-allow-origin');
    };
    expect(await allowed(GATEWAY)).toBe(GATEWAY);
    expect(await allowed('https://evil.example')).toBeNull();
  });

  it('Refuses requests for another host, which a page of another site may send', async () => {
    const issuer = await start();
    const { port } = new URL(issuer);
    const { default: request } = await import('supertest');
    await request(issuer)
      .get('/.well-known/openid-configuration')
      .set('Host', `evil.example:${port}`)
      .expect(403);
  });

  it('Has pages without scripts and other hosts', async () => {
    const issuer = await start();
    const { location } = await signInAt(issuer, jwtVerifier(issuer)).begin(GATEWAY);
    const { response } = await visit(location, new Map());
    const text = await response.text();
    expect(text).toContain('Sign in as Anna');
    expect(text).not.toMatch(/<script|https?:\/\//);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'self'");
  });
});
