import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { browserSignInSchema } from '../../../src/config/policies/browser-sign-in.ts';
import { Problem } from '../../../src/contract/problem.ts';
import { type Redirect, SignIn } from '../../../src/security/sign-in/sign-in.ts';
import type { Verification } from '../../../src/security/verifier.ts';
import { json, type ScriptedProvider, startScriptedProvider } from '../../support/identity-provider.ts';
import { removeFilesAfterEach, testFile } from '../../support/test-file.ts';
import { urlPiece } from '../../support/url-pieces.ts';

removeFilesAfterEach();

const NOW = 1_800_000_000_000;
const HTTP = 'http://localhost:8080';
const HTTPS = 'https://api.example.com';
const KEY = 'k'.repeat(32);
const TOKEN = 'header.claims.signature';

const IDENTITY = { issuer: '', subject: 'u-1', scopes: new Set<string>(), expiresAt: NOW + 3_600_000 };

interface Given {
  readonly provider?: ScriptedProvider;
  readonly verification?: Verification;
  readonly config?: object;
}

async function setUp({ provider: given, verification = IDENTITY, config = {} }: Given = {}) {
  const provider = given ?? (await startScriptedProvider());
  const logged: unknown[] = [];
  const clock = { now: NOW };
  const signIn = new SignIn({
    config: browserSignInSchema.parse({
      scheme: 'oauth',
      client: { id: 'gateway' },
      scopes: ['orders:read'],
      cookieKey: KEY,
      ...config,
    }),
    issuer: provider.issuer,
    verifier: { verify: () => verification },
    folder: '.',
    logger: { warn: (...line: unknown[]) => void logged.push(line) } as never,
    now: () => clock.now,
  });
  return { provider, signIn, logged, clock };
}

const cookiesOf = ({ cookies }: Redirect): string => cookies.map((one) => one.split(';', 1)[0]).join('; ');
const stateOf = ({ location }: Redirect): URLSearchParams => new URL(location).searchParams;

/** The query with which the provider leads back. */
const query = (provider: ScriptedProvider, begun: Redirect, changes: Record<string, string> = {}) =>
  new URLSearchParams({
    code: 'c',
    state: stateOf(begun).get('state') ?? '',
    iss: provider.issuer,
    ...changes,
  });

/** The token endpoint responds with tokens for the last sign-in. */
function issueTokens(
  provider: ScriptedProvider,
  begun: Redirect,
  changes: Record<string, unknown> = {},
): void {
  const claims = {
    iss: provider.issuer,
    aud: 'gateway',
    exp: NOW / 1000 + 60,
    nonce: stateOf(begun).get('nonce'),
    name: 'Anna',
  };
  const idToken = `h.${Buffer.from(JSON.stringify({ ...claims, ...changes })).toString('base64url')}.s`;
  provider.token = (_form, _req, res) =>
    json(res, 200, { access_token: TOKEN, token_type: 'Bearer', id_token: idToken, ...changes });
}

async function refusal(action: Promise<unknown>): Promise<Problem> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Problem)) throw new Error(`no problem, but ${error}`);
  return error;
}

describe('The start of a sign-in', () => {
  it('Asks the provider for a code that only this sign-in can use', async () => {
    const { provider, signIn } = await setUp({ config: { parameters: { audience: 'orders' } } });
    const begun = await signIn.begin(HTTP, { returnTo: '/orders?limit=1' });
    const url = new URL(begun.location);
    expect(url.origin + url.pathname).toBe(`${provider.issuer}/auth`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      tenant: '1',
      audience: 'orders',
      response_type: 'code',
      client_id: 'gateway',
      redirect_uri: `${HTTP}/explorer/callback`,
      scope: 'openid orders:read',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(begun.cookies).toEqual([
      expect.stringMatching(/^linkway-sign-in=[\w-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('Uses other random values each time, and shows none of the secret ones', async () => {
    const { signIn } = await setUp();
    const [one, other] = [await signIn.begin(HTTP), await signIn.begin(HTTP)];
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(stateOf(one).get(name)).not.toBe(stateOf(other).get(name));
    expect(one.location).not.toContain('code_verifier');
  });

  it('Asks for the person again only if it has to', async () => {
    const { signIn } = await setUp();
    expect(stateOf(await signIn.begin(HTTP, { asksAgain: true })).get('prompt')).toBe('login');
    expect(stateOf(await signIn.begin(HTTP)).has('prompt')).toBe(false);
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/%0d%0a/../..//evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    'orders',
    'javascript:alert(1)',
    '',
    `/${'a'.repeat(1500)}`,
  ])('Refuses to return to %j', async (returnTo) => {
    const { signIn, provider } = await setUp();
    expect((await refusal(signIn.begin(HTTP, { returnTo }))).type.code).toBe('bad-request');
    expect(provider.metadataRequests).toBe(0);
  });

  it('Returns to this server, whatever the address to return to', async () => {
    const { signIn, provider } = await setUp();
    await fc.assert(
      fc.asyncProperty(fc.array(urlPiece, { maxLength: 8 }), async (pieces) => {
        const begun = await signIn.begin(HTTP, { returnTo: pieces.join('') }).catch(() => undefined);
        if (begun === undefined) return;
        issueTokens(provider, begun);
        const { location } = await signIn.finish(HTTP, query(provider, begun), cookiesOf(begun));
        expect(new URL(location, HTTP).origin).toBe(HTTP);
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  it.each([
    ['has no metadata', { issuer: 'https://other.example' }],
    ['has a sign-in page without https', { authorization_endpoint: 'http://idp.example/auth' }],
    ['has a token endpoint without https', { token_endpoint: 'http://idp.example/token' }],
    ['has no token endpoint', { token_endpoint: undefined }],
    ['has a script as its sign-in page', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('Is 503 if the provider %s, and no address of it is shown', async (_, metadata) => {
    const { signIn, provider, logged } = await setUp();
    provider.metadata = metadata;
    const problem = await refusal(signIn.begin(HTTP));
    expect(problem.type.code).toBe('authentication-unavailable');
    expect(problem.headers).toHaveProperty('Retry-After');
    expect(problem.message).not.toMatch(/127|http/);
    expect(logged).toHaveLength(1);
  });

  it('Is 503 while the provider is down, and works again after that', async () => {
    const { signIn, provider, clock } = await setUp();
    provider.metadata = { issuer: 'https://other.example' };
    const all = await Promise.all([1, 2, 3].map(() => refusal(signIn.begin(HTTP))));
    expect(all.map(({ status }) => status)).toEqual([503, 503, 503]);
    // Two addresses are tried, once for all.
    expect(provider.metadataRequests).toBe(1);
    await refusal(signIn.begin(HTTP));
    expect(provider.metadataRequests).toBe(1);
    provider.metadata = {};
    clock.now += 1000;
    expect((await signIn.begin(HTTP)).location).toContain(provider.issuer);
  });

  it('Works with the former metadata while the provider is down', async () => {
    const { signIn, provider, clock } = await setUp();
    await signIn.begin(HTTP);
    await provider.stop();
    clock.now += 10 * 60_000;
    expect((await signIn.begin(HTTP)).location).toContain(provider.issuer);
  });
});

describe('The end of a sign-in', () => {
  it('Begins a session, sends the proof of the code, and returns to the page', async () => {
    const { provider, signIn } = await setUp();
    const begun = await signIn.begin(HTTPS, { returnTo: '/orders' });
    issueTokens(provider, begun);
    const ended = await signIn.finish(HTTPS, query(provider, begun), cookiesOf(begun));
    expect(ended.location).toBe('/orders');
    expect(ended.cookies).toEqual([
      expect.stringMatching(
        /^__Host-linkway-session=[\w-]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/,
      ),
      '__Host-linkway-sign-in=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure',
    ]);
    expect(signIn.session(cookiesOf(ended), true)).toEqual({ token: TOKEN, name: 'Anna' });
    expect(Object.fromEntries(provider.forms[0] ?? [])).toEqual({
      grant_type: 'authorization_code',
      client_id: 'gateway',
      code: 'c',
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: `${HTTPS}/explorer/callback`,
    });
  });

  it('Proves who the gateway is, where its client has a secret', async () => {
    const { path: secretFile } = testFile('a:b c\n');
    const { provider, signIn } = await setUp({ config: { client: { id: 'gate way', secretFile } } });
    const begun = await signIn.begin(HTTP);
    issueTokens(provider, begun, { aud: 'gate way' });
    const { token } = provider;
    let authorization: string | undefined;
    provider.token = (form, req, res) => {
      authorization = req.headers.authorization;
      token(form, req, res);
    };
    await signIn.finish(HTTP, query(provider, begun), cookiesOf(begun));
    // Both parts are encoded like a form first (RFC 6749 §2.3.1).
    expect(authorization).toBe(`Basic ${Buffer.from('gate+way:a%3Ab+c').toString('base64')}`);
    expect(provider.forms[0]?.has('client_id')).toBe(false);
    await signIn.close();
  });

  it('Is 503 without the secret, and the provider gets no code', async () => {
    const { provider, signIn, logged } = await setUp({
      config: { client: { id: 'gateway', secretFile: '/nowhere/x' } },
    });
    const begun = await signIn.begin(HTTP);
    expect((await refusal(signIn.finish(HTTP, query(provider, begun), cookiesOf(begun)))).status).toBe(503);
    expect(provider.forms).toEqual([]);
    expect(logged).toHaveLength(1);
    await signIn.close();
  });

  it('Shows the subject where the provider has no name', async () => {
    const { provider, signIn } = await setUp();
    const begun = await signIn.begin(HTTP);
    issueTokens(provider, begun, { name: ' ' });
    const ended = await signIn.finish(HTTP, query(provider, begun), cookiesOf(begun));
    expect(signIn.session(cookiesOf(ended), false)?.name).toBe('u-1');
  });

  it('Is refused without the cookie of its start, with that of another start, and with a forged state', async () => {
    const { provider, signIn } = await setUp();
    const [mine, other] = [await signIn.begin(HTTP), await signIn.begin(HTTP)];
    issueTokens(provider, mine);
    const attempts: [URLSearchParams, string | undefined][] = [
      [query(provider, mine), undefined],
      // An attacker leads a person to the end of his own sign-in (login fixation).
      [query(provider, other), cookiesOf(mine)],
      [query(provider, mine, { state: '' }), cookiesOf(mine)],
      [query(provider, mine, { state: `${stateOf(mine).get('state')}x` }), cookiesOf(mine)],
      [new URLSearchParams(`${query(provider, mine)}&state=x`), cookiesOf(mine)],
      [query(provider, mine), `${cookiesOf(mine)}; ${cookiesOf(other)}`],
      [query(provider, mine), cookiesOf(mine).replace('linkway-sign-in', '__Host-linkway-sign-in')],
      [query(provider, mine), `linkway-sign-in=${'A'.repeat(500)}`],
      [query(provider, mine), cookiesOf(mine).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ];
    for (const [given, cookie] of attempts) {
      const { type, extensions } = await refusal(signIn.finish(HTTP, given, cookie));
      expect(type.code).toBe('sign-in-failed');
      expect(extensions._links).toHaveProperty('sign-in');
    }
    expect(provider.forms).toEqual([]);
  });

  it('Is refused with the cookie of a session, and a session with the cookie of a start', async () => {
    const { provider, signIn } = await setUp();
    const begun = await signIn.begin(HTTP);
    issueTokens(provider, begun);
    const ended = await signIn.finish(HTTP, query(provider, begun), cookiesOf(begun));
    const asPending = (ended.cookies[0] ?? '').replace('linkway-session', 'linkway-sign-in').split(';')[0];
    expect((await refusal(signIn.finish(HTTP, query(provider, begun), asPending))).status).toBe(400);
    expect(
      signIn.session(cookiesOf(begun).replace('linkway-sign-in', 'linkway-session'), false),
    ).toBeUndefined();
  });

  it('Is refused after ten minutes', async () => {
    const { provider, signIn, clock } = await setUp();
    const begun = await signIn.begin(HTTP);
    clock.now += 10 * 60_000;
    expect((await refusal(signIn.finish(HTTP, query(provider, begun), cookiesOf(begun)))).status).toBe(400);
  });

  it.each([
    ['names another issuer', { iss: 'https://other.example' }],
    ['has an error', { error: 'access_denied' }],
    ['has an error with a line break', { error: 'a\nforged line' }],
  ])('Is refused if the redirect %s', async (_, changes) => {
    const { provider, signIn, logged } = await setUp();
    const begun = await signIn.begin(HTTP, { returnTo: '/orders' });
    const problem = await refusal(signIn.finish(HTTP, query(provider, begun, changes), cookiesOf(begun)));
    expect(problem.type.code).toBe('sign-in-failed');
    expect(JSON.stringify(problem.extensions)).toContain('return=%2Forders');
    expect(JSON.stringify(logged)).not.toContain('forged');
    expect(provider.forms).toEqual([]);
  });

  it('Is refused if the redirect has no code, or no issuer although the provider always names it', async () => {
    const { provider, signIn } = await setUp();
    const begun = await signIn.begin(HTTP);
    for (const name of ['code', 'iss']) {
      const given = query(provider, begun);
      given.delete(name);
      expect((await refusal(signIn.finish(HTTP, given, cookiesOf(begun)))).status).toBe(400);
    }
    expect(provider.forms).toEqual([]);
  });

  it('Is refused for a code that was used before', async () => {
    const { provider, signIn, logged } = await setUp();
    const begun = await signIn.begin(HTTP);
    const problem = await refusal(signIn.finish(HTTP, query(provider, begun), cookiesOf(begun)));
    expect(problem.type.code).toBe('sign-in-failed');
    expect(JSON.stringify(logged)).toContain('does not accept the code');
    expect(provider.forms).toHaveLength(1);
  });

  const responses: [string, number, ScriptedProvider['token']][] = [
    ['an error of the client', 503, (_f, _q, res) => json(res, 400, { error: 'invalid_client' })],
    ['an error of the server', 503, (_f, _q, res) => json(res, 500, {})],
    ['a redirect', 503, (_f, _q, res) => void res.writeHead(302, { Location: '/elsewhere' }).end()],
    ['HTML', 503, (_f, _q, res) => void res.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>')],
    ['a list', 503, (_f, _q, res) => json(res, 200, [])],
    [
      'broken JSON',
      503,
      (_f, _q, res) => void res.writeHead(200, { 'Content-Type': 'application/json' }).end('{'),
    ],
    ['too much', 503, (_f, _q, res) => json(res, 200, { access_token: 'x'.repeat(70_000) })],
    ['nothing', 503, (_f, req) => void req.socket.destroy()],
    ['no token', 400, (_f, _q, res) => json(res, 200, { token_type: 'Bearer' })],
    [
      'a token of another type',
      400,
      (_f, _q, res) => json(res, 200, { access_token: TOKEN, token_type: 'DPoP' }),
    ],
    ['no ID token', 400, (_f, _q, res) => json(res, 200, { access_token: TOKEN, token_type: 'bearer' })],
  ];
  it.each(responses)(
    'Begins no session if the token endpoint responds with %s: %i',
    async (_, status, token) => {
      const { provider, signIn, logged } = await setUp();
      provider.token = token;
      const begun = await signIn.begin(HTTP);
      const problem = await refusal(signIn.finish(HTTP, query(provider, begun), cookiesOf(begun)));
      expect(problem.status).toBe(status);
      expect(logged).toHaveLength(1);
      // A code works once, so the request is not repeated.
      expect(provider.forms).toHaveLength(1);
    },
  );

  it.each([
    ['does not accept the token', { rejected: 'no', reason: 'aud is "x"' }, 400],
    ['cannot verify the token', { unavailable: 'no keys', retryAfter: 1 }, 503],
  ])('Begins no session if the gateway %s', async (_, verification, status) => {
    const { provider, signIn, logged } = await setUp({ verification });
    const begun = await signIn.begin(HTTP);
    issueTokens(provider, begun);
    const problem = await refusal(signIn.finish(HTTP, query(provider, begun), cookiesOf(begun)));
    expect(problem.status).toBe(status);
    expect(JSON.stringify(logged)).not.toContain(TOKEN);
  });

  it('Begins no session with the nonce of another sign-in', async () => {
    const { provider, signIn } = await setUp();
    const begun = await signIn.begin(HTTP);
    issueTokens(provider, begun, { nonce: 'other' });
    expect((await refusal(signIn.finish(HTTP, query(provider, begun), cookiesOf(begun)))).status).toBe(400);
  });

  it('Begins no session with a token that no cookie can hold', async () => {
    const { provider, signIn, logged } = await setUp();
    const begun = await signIn.begin(HTTP);
    issueTokens(provider, begun, { access_token: 'x'.repeat(3000) });
    expect((await refusal(signIn.finish(HTTP, query(provider, begun), cookiesOf(begun)))).status).toBe(400);
    expect(JSON.stringify(logged)).toContain('too large for a cookie: 3000 bytes');
  });
});

describe('A session', () => {
  const begin = async (given: Given = {}) => {
    const all = await setUp(given);
    const begun = await all.signIn.begin(HTTP);
    issueTokens(all.provider, begun);
    const ended = await all.signIn.finish(HTTP, query(all.provider, begun), cookiesOf(begun));
    return { ...all, ended, cookie: cookiesOf(ended) };
  };

  it('Ends with its token', async () => {
    const { signIn, cookie, clock } = await begin();
    clock.now = IDENTITY.expiresAt - 1;
    expect(signIn.session(cookie, false)).toBeDefined();
    clock.now = IDENTITY.expiresAt;
    expect(signIn.session(cookie, false)).toBeUndefined();
  });

  it('Ends after a day, also if its token does not end', async () => {
    const { signIn, cookie, clock, ended } = await begin({
      verification: { ...IDENTITY, expiresAt: Number.POSITIVE_INFINITY },
    });
    expect(ended.cookies[0]).toContain('Max-Age=86400');
    clock.now += 86_400_000;
    expect(signIn.session(cookie, false)).toBeUndefined();
  });

  it('Is not valid at another provider, for another client, or with another key', async () => {
    const { cookie, provider } = await begin();
    const others = [
      await setUp(),
      await setUp({ provider, config: { client: { id: 'other' } } }),
      await setUp({ provider, config: { cookieKey: 'x'.repeat(32) } }),
    ];
    for (const { signIn } of others) expect(signIn.session(cookie, false)).toBeUndefined();
    expect((await setUp({ provider })).signIn.session(cookie, false)).toBeDefined();
  });

  it('Is not valid if it is larger than a cookie', async () => {
    const { signIn } = await begin();
    expect(signIn.session(`linkway-session=${'A'.repeat(10_000)}`, false)).toBeUndefined();
  });

  it('Can be ended at the provider too, where it has a page for that', async () => {
    const { signIn, provider } = await setUp();
    expect(await signIn.providerSignOut(HTTP)).toBe(
      `${provider.issuer}/end?client_id=gateway&post_logout_redirect_uri=${encodeURIComponent(`${HTTP}/explorer/signed-out`)}`,
    );
    const without = await setUp();
    without.provider.metadata = { end_session_endpoint: undefined };
    expect(await without.signIn.providerSignOut(HTTP)).toBeUndefined();
    const down = await setUp();
    await down.provider.stop();
    expect(await down.signIn.providerSignOut(HTTP)).toBeUndefined();
  });
});
