import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { introspectionSchemeSchema } from '../../../src/config/policies/introspection-scheme.ts';
import { IntrospectionVerifier } from '../../../src/security/introspection/introspection-verifier.ts';
import type { Verification } from '../../../src/security/verifier.ts';
import { atOnce, fakeTimeInEachTest, pass, until } from '../../support/fake-time.ts';
import { removeFilesAfterEach, testFile } from '../../support/test-file.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

fakeTimeInEachTest();
removeFilesAfterEach();

let idp: TestUpstream;
/** The forms that the authorization server got. */
let forms: URLSearchParams[];
let respond: (form: URLSearchParams, res: ServerResponse, req: IncomingMessage) => void;
let verifiers: IntrospectionVerifier[];

const json = (res: ServerResponse, value: unknown) =>
  res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));

beforeEach(async () => {
  forms = [];
  verifiers = [];
  respond = (form, res) => json(res, { active: true, sub: form.get('token'), scope: 'a b' });
  idp = await startUpstream(async (req, res) => {
    let text = '';
    for await (const chunk of req) text += chunk;
    const form = new URLSearchParams(text);
    forms.push(form);
    respond(form, res, req);
  });
});

afterEach(async () => {
  await idp.stop();
  await Promise.all(verifiers.map((one) => one.close()));
});

const open = (scheme = {}, folder = '/') => {
  const parsed = introspectionSchemeSchema.parse({
    introspection: `${idp.url}/introspect`,
    client: { id: 'gateway', secret: 'secret' },
    ...scheme,
  });
  const verifier = new IntrospectionVerifier(parsed, { folder, interval: 0 });
  verifiers.push(verifier);
  return verifier;
};

const verify = async (verifier: IntrospectionVerifier, token: string): Promise<Verification> =>
  atOnce(Promise.resolve(verifier.verify(token)));

const kindOf = (verification: Verification | Promise<Verification>) => {
  if (verification instanceof Promise) return 'call';
  if ('subject' in verification) return 'accepted';
  return 'rejected' in verification ? 'rejected' : 'unavailable';
};

describe('Introspection', () => {
  it('Sends the token with the credentials of the gateway, and identifies the caller', async () => {
    const verifier = open();
    expect(await verify(verifier, 'alice')).toMatchObject({
      issuer: idp.url,
      subject: 'alice',
      scopes: new Set(['a', 'b']),
      expiresAt: Number.POSITIVE_INFINITY,
    });
    const [request] = idp.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/introspect' });
    expect(request?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${btoa('gateway:secret')}`,
    });
    expect(String(forms[0])).toBe('token=alice&token_type_hint=access_token');
  });

  it('Encodes an id and a secret with special characters as RFC 6749 §2.3.1 says', async () => {
    const client = { id: 'a:b c', secret: 'ü&%+' };
    await verify(open({ client }), 'x');
    const [, text = ''] = idp.requests[0]?.headers.authorization?.split(' ') ?? [];
    expect(atob(text)).toBe('a%3Ab+c:%C3%BC%26%25%2B');
  });

  it('Sends the credentials in the body for the method post', async () => {
    await verify(open({ client: { id: 'gateway', secret: 's', method: 'post' } }), 'x');
    expect(idp.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(Object.fromEntries(forms[0] ?? [])).toMatchObject({ client_id: 'gateway', client_secret: 's' });
  });

  it('Keeps the path and the query of the endpoint', async () => {
    await verify(open({ introspection: `${idp.url}/a/b?realm=shop` }), 'x');
    expect(idp.requests[0]?.url).toBe('/a/b?realm=shop');
  });

  it('Checks the issuer and the audience that are configured', async () => {
    respond = (form, res) =>
      json(res, { active: true, sub: 'x', iss: 'https://idp', aud: form.get('token') });
    const verifier = open({ issuer: 'https://idp', audience: ['orders'] });
    expect(kindOf(await verify(verifier, 'orders'))).toBe('accepted');
    expect(kindOf(await verify(verifier, 'other'))).toBe('rejected');
    expect(kindOf(await verify(open({ issuer: 'https://other' }), 'orders'))).toBe('rejected');
  });

  it.each(['', ' ', 'a b', 'a\nb', 'ü', '\0', 'x'.repeat(8193)])(
    'Refuses the token %j without a call',
    (token) => {
      expect(open().verify(token)).toHaveProperty('rejected');
      expect(idp.requests).toHaveLength(0);
    },
  );
});

describe('The result of introspection', () => {
  it('Is kept for the configured time, and returned without a promise', async () => {
    const verifier = open({ keep: '10s' });
    await verify(verifier, 'alice');
    pass(9999);
    expect(verifier.verify('alice')).toHaveProperty('subject', 'alice');
    pass(1);
    expect(verifier.verify('alice')).toBeInstanceOf(Promise);
    await until(() => forms.length === 2);
  });

  it('Is never kept beyond exp', async () => {
    const exp = Math.floor(Date.now() / 1000) + 5;
    respond = (_form, res) => json(res, { active: true, sub: 'alice', exp });
    const verifier = open({ keep: '30s' });
    expect(await verify(verifier, 'x')).toHaveProperty('expiresAt', exp * 1000);
    pass(exp * 1000 - Date.now() - 1);
    expect(kindOf(verifier.verify('x'))).toBe('accepted');
    pass(1);
    expect(kindOf(await verify(verifier, 'x'))).toBe('rejected');
    expect(forms).toHaveLength(2);
  });

  it('Is not kept at all with keep: 0', async () => {
    respond = (form, res) => json(res, { active: form.get('token') === 'good', sub: 'x' });
    const verifier = open({ keep: 0 });
    for (const token of ['good', 'good', 'bad', 'bad']) await verify(verifier, token);
    expect(forms).toHaveLength(4);
  });

  it('Is kept for 5 s where the token is not active', async () => {
    respond = (_form, res) => json(res, { active: false });
    const verifier = open();
    expect(kindOf(await verify(verifier, 'x'))).toBe('rejected');
    pass(4999);
    expect(kindOf(verifier.verify('x'))).toBe('rejected');
    pass(1);
    expect(kindOf(verifier.verify('x'))).toBe('call');
    await until(() => forms.length === 2);
  });

  it('Follows a revocation once the kept result has ended', async () => {
    let isActive = true;
    respond = (_form, res) => json(res, { active: isActive, sub: 'x' });
    const verifier = open({ keep: '30s' });
    expect(kindOf(await verify(verifier, 'x'))).toBe('accepted');
    isActive = false;
    pass(30_000);
    expect(kindOf(await verify(verifier, 'x'))).toBe('rejected');
  });

  it('Is shared by requests that arrive together with the same token, and by no others', async () => {
    const verifier = open();
    const tokens = Array.from({ length: 50 }, (_, index) => `t${index % 2}`);
    const all = await atOnce(Promise.all(tokens.map((token) => verifier.verify(token))));
    expect(all.map((one) => ('subject' in one ? one.subject : ''))).toEqual(tokens);
    expect(forms).toHaveLength(2);
  });

  it('Of an accepted token is not displaced by any number of refused tokens', async () => {
    respond = (form, res) => json(res, { active: form.get('token') === 'good', sub: 'x' });
    const verifier = open({ keep: '5m' });
    await verify(verifier, 'good');
    for (let round = 0; round < 105; round++)
      await atOnce(
        Promise.all(Array.from({ length: 100 }, (_, index) => verifier.verify(`bad-${round}-${index}`))),
      );
    const count = forms.length;
    expect(count).toBe(10_501);
    // The oldest refusals have made room for newer ones.
    expect(kindOf(verifier.verify('bad-0-0'))).toBe('call');
    expect(kindOf(verifier.verify('bad-104-99'))).toBe('rejected');
    expect(kindOf(verifier.verify('good'))).toBe('accepted');
    await until(() => forms.length === count + 1);
  });
});

const JSON_TYPE = { 'Content-Type': 'application/json' };

type Respond = (res: ServerResponse) => void;
const FAILURES: readonly [string, Respond, RegExp][] = [
  ['responds with 500', (res) => res.writeHead(500).end(), /status 500/],
  ['responds with 503', (res) => res.writeHead(503).end(), /status 503/],
  [
    'refuses the credentials of the gateway',
    (res) => res.writeHead(401).end(),
    /status 401; check the client id and the secret/,
  ],
  ['refuses the request', (res) => res.writeHead(400).end(), /status 400/],
  [
    'says with 400 that the client is wrong',
    (res) => res.writeHead(400, JSON_TYPE).end('{"error":"invalid_client"}'),
    /status 400, error invalid_client; check the client id and the secret/,
  ],
  [
    'redirects to another server',
    (res) => res.writeHead(307, { Location: 'https://evil.example/' }).end(),
    /status 307/,
  ],
  [
    'responds with HTML',
    (res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>active</h1>'),
    /is not JSON/,
  ],
  [
    'responds with a signed response (RFC 9701)',
    (res) => res.writeHead(200, { 'Content-Type': 'application/token-introspection+jwt' }).end('e.e.e'),
    /is not JSON/,
  ],
  [
    'responds with broken JSON',
    (res) => res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"active":true'),
    /is not valid JSON/,
  ],
  ['responds with another object', (res) => json(res, { error: 'x' }), /wrong members: active$/],
  [
    'responds with active as a text',
    (res) => json(res, { active: 'true', sub: 'x' }),
    /wrong members: active$/,
  ],
  ['responds with an empty object', (res) => json(res, {}), /wrong members: active$/],
  [
    'responds with more than 64 KB',
    (res) => json(res, { active: true, sub: 'x', more: 'x'.repeat(65_536) }),
    /larger than 65536 bytes/,
  ],
  [
    'sends more than 64 KB without Content-Length',
    (res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' });
      res.write('{"active":true,"sub":"x","more":"');
      res.end(`${'x'.repeat(65_536)}"}`);
    },
    /larger than 65536 bytes/,
  ],
  [
    'responds with compressed JSON that it was not asked for',
    (res) => {
      res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }).end('x');
    },
    /is not JSON/,
  ],
  ['closes the connection', (res) => res.destroy(), /connection/],
  [
    'closes the connection within the body',
    (res) => {
      res
        .writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' })
        .write('{"active":true');
      setImmediate(() => res.destroy());
    },
    /./,
  ],
];

describe('While the authorization server fails', () => {
  it.each(FAILURES)(
    'Introspection is unavailable and never accepts a token when it %s',
    async (_, fail, reason) => {
      respond = (_form, res) => fail(res);
      const verification = await verify(open(), 'top-secret-token');
      expect(verification).toEqual({
        unavailable: expect.stringMatching(reason),
        retryAfter: expect.any(Number),
      });
      expect(JSON.stringify(verification)).not.toMatch(/top-secret|evil/);
    },
  );

  it.each([
    ['before the head', () => {}],
    [
      'within the body',
      (res: ServerResponse) => {
        res.writeHead(200, { 'Content-Type': 'application/json' }).write('{"active":true,');
      },
    ],
  ])('Introspection waits for 2 s when it hangs %s', async (_, hang) => {
    respond = (_form, res) => hang(res);
    const verifier = open();
    const verification = Promise.resolve(verifier.verify('x'));
    await until(() => forms.length === 1);
    let isOver = false;
    verification.then(() => {
      isOver = true;
    });
    // The head has arrived where there is one.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    pass(1900);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(isOver).toBe(false);
    pass(200);
    expect(kindOf(await atOnce(verification))).toBe('unavailable');
  });

  it('Introspection is unavailable when it cannot be reached, and works when it is back', async () => {
    const verifier = open();
    await idp.stop();
    let verification: Verification | undefined;
    void Promise.resolve(verifier.verify('x')).then((result) => {
      verification = result;
    });
    // A call that was not sent is tried again after a pause.
    await until(() => {
      pass(1);
      return verification !== undefined;
    });
    expect(verification).toMatchObject({ unavailable: expect.stringMatching(/^introspection: /) });
    expect(verifier.fault()).toMatch(/^introspection: /);
    await idp.start();
    expect(kindOf(await verify(verifier, 'x'))).toBe('accepted');
    expect(verifier.fault()).toBeUndefined();
  });

  it('Kept results are valid until their end, and then the token is neither accepted nor refused', async () => {
    const verifier = open({ keep: '30s' });
    await verify(verifier, 'known');
    respond = (_form, res) => res.writeHead(500).end();
    expect(kindOf(await verify(verifier, 'new'))).toBe('unavailable');
    pass(29_999);
    expect(kindOf(verifier.verify('known'))).toBe('accepted');
    pass(1);
    expect(kindOf(await verify(verifier, 'known'))).toBe('unavailable');
  });

  it.each(FAILURES.filter(([name]) => !name.startsWith('refuses the request')))(
    'Five failures stop the calls for 5 s, and one trial call decides, when it %s',
    async (_, fail) => {
      const good = respond;
      respond = (_form, res) => fail(res);
      const verifier = open();
      for (let count = 0; count < 5; count++) await verify(verifier, `t${count}`);
      const calls = forms.length;
      expect(verifier.verify('x')).toEqual({ unavailable: expect.any(String), retryAfter: 5 });
      pass(4000);
      expect(verifier.verify('x')).toMatchObject({ retryAfter: 1 });
      expect(forms).toHaveLength(calls);
      pass(1000);
      expect(kindOf(await verify(verifier, 'x'))).toBe('unavailable');
      expect(forms).toHaveLength(calls + 1);
      expect(kindOf(verifier.verify('x'))).toBe('unavailable');
      pass(5000);
      respond = good;
      expect(kindOf(await verify(verifier, 'x'))).toBe('accepted');
      expect(kindOf(await verify(verifier, 'y'))).toBe('accepted');
    },
  );

  it('A status that is about one token never stops the calls for others', async () => {
    const good = respond;
    respond = (form, res, req) =>
      form.get('token')?.startsWith('odd')
        ? res.writeHead(400, JSON_TYPE).end('{"error":"invalid_request"}')
        : good(form, res, req);
    const verifier = open();
    for (let count = 0; count < 20; count++) await verify(verifier, `odd-${count}`);
    expect(kindOf(await verify(verifier, 'alice'))).toBe('accepted');
    expect(verifier.fault()).toBeUndefined();
  });

  it.each([
    ['7', 7],
    ['0', 1],
    ['100000', 60],
    ['soon', 5],
  ])('Its Retry-After %j becomes %i seconds', async (value, seconds) => {
    respond = (_form, res) => res.writeHead(503, { 'Retry-After': value }).end();
    expect(await verify(open(), 'x')).toHaveProperty('retryAfter', seconds);
  });

  it('More than 128 calls at once are refused, and do not stop later calls', async () => {
    const waiting: (() => void)[] = [];
    const good = respond;
    respond = (form, res, req) => waiting.push(() => good(form, res, req));
    const verifier = open();
    const all = Array.from({ length: 140 }, (_, index) => Promise.resolve(verifier.verify(`t${index}`)));
    await until(() => waiting.length === 128);
    for (const one of waiting) one();
    const kinds = (await atOnce(Promise.all(all))).map(kindOf);
    expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(128);
    expect(kinds.filter((kind) => kind === 'unavailable')).toHaveLength(12);
    respond = good;
    expect(kindOf(await verify(verifier, 'later'))).toBe('accepted');
  });
});

describe('The secret of the client', () => {
  const withFile = (path: string) =>
    open({ client: { id: 'gateway', secretFile: 'keys.yaml' } }, dirname(path));
  const sent = () => idp.requests.map(({ headers }) => atob(headers.authorization?.split(' ')[1] ?? ''));

  it('Is read from a file without its line break, and again when the file changes', async () => {
    const file = testFile('first\n');
    const verifier = withFile(file.path);
    await verify(verifier, 'a');
    file.write('second');
    await verifier.reload();
    await verify(verifier, 'b');
    file.write('');
    await verifier.reload();
    await verify(verifier, 'c');
    expect(sent()).toEqual(['gateway:first', 'gateway:second', 'gateway:second']);
    expect(verifier.fault()).toBe(`${file.path}: contains no secret`);
  });

  it.each([
    ['an empty file', () => withFile(testFile('\n').path), /contains no secret/],
    ['no file', () => withFile(testFile().path), /cannot be read \(ENOENT\)/],
  ])('With %s makes introspection unavailable without a call', (_, make, reason) => {
    const verifier = make();
    expect(verifier.verify('x')).toEqual({ unavailable: expect.stringMatching(reason), retryAfter: 5 });
    expect(verifier.fault()).toMatch(reason);
    expect(idp.requests).toHaveLength(0);
  });
});
