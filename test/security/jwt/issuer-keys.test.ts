/** When the keys of an issuer are fetched, how they rotate, and what happens while the issuer is away. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { JwtVerifier } from '../../../src/security/jwt/jwt-verifier.ts';
import { readMetadata } from '../../../src/security/jwt/metadata.ts';
import { RecentIds } from '../../../src/security/jwt/recent-ids.ts';
import { fakeTimeInEachTest, pass, until } from '../../support/fake-time.ts';
import { makeKey, startIssuer, type TestIssuer, verdictOf } from './issuer.ts';

fakeTimeInEachTest();

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const [first, second] = [makeKey('ES256', 'first'), makeKey('ES256', 'second')];

let one: TestIssuer;
const isIdle = (verifier: JwtVerifier) => {
  const { fetches, failures, fetchedAt } = verifier.statistics().keys;
  return fetches === failures + (fetchedAt === undefined ? 0 : 1);
};

beforeEach(async () => {
  one = await startIssuer(first);
});
afterEach(() => one.stop());

const verify = async (verifier: JwtVerifier, token: string) => verdictOf(await verifier.verify(token));

/** A verifier that has the keys. */
async function startVerifier(more?: object): Promise<JwtVerifier> {
  const verifier = one.verifier(more);
  await until(() => verifier.statistics().keys.keys > 0);
  return verifier;
}

/** Moves the clock to the next fetch, and waits for its end. */
async function passUntilFetch(verifier: JwtVerifier, milliseconds: number): Promise<void> {
  const { fetches, failures } = verifier.statistics().keys;
  const { fetchedAt } = verifier.statistics().keys;
  pass(milliseconds);
  await until(() => {
    const { keys } = verifier.statistics();
    return keys.fetches > fetches && (keys.failures > failures || keys.fetchedAt !== fetchedAt);
  });
}

type Respond = (req: IncomingMessage, res: ServerResponse) => void;

/** What an issuer may respond instead of its keys. */
const FAILURES: [string, Respond, RegExp][] = [
  ['a 500', (_req, res) => res.writeHead(500).end('{"keys":[]}'), /status 500/],
  ['a 204', (_req, res) => res.writeHead(204).end(), /status 204/],
  ['a page of HTML', (_req, res) => res.end('<html><body>Sign in</body></html>'), /not well-formed JSON/],
  ['an empty set', (_req, res) => res.end('{"keys":[]}'), /no usable key/],
  ['a set that is no object', (_req, res) => res.end('[]'), /not a key set/],
  ['keys that are no list', (_req, res) => res.end('{"keys":{}}'), /not a key set/],
  ['keys that are no objects', (_req, res) => res.end('{"keys":["x"]}'), /not a key set/],
  [
    'a set with only a shared secret',
    (_req, res) => res.end('{"keys":[{"kty":"oct","k":"AAAA"}]}'),
    /no usable key; a key without id: it has a private part/,
  ],
  [
    'more than 100 keys',
    (_req, res) => res.end(JSON.stringify({ keys: Array.from({ length: 101 }, () => second.jwk) })),
    /more than 100 keys/,
  ],
  ['more than 1 MB', (_req, res) => res.end(`{"keys":[],"x":"${'x'.repeat(1024 ** 2)}"}`), /larger than/],
  [
    'half of a response',
    (req, res) => res.writeHead(200, { 'Content-Length': '99' }).write('{"k', () => req.socket.destroy()),
    /terminated/,
  ],
  ['nothing, and closes', (req) => req.socket.destroy(), /./],
  [
    'a redirect to another server',
    (_req, res) => res.writeHead(302, { Location: 'http://127.0.0.1:1/jwks' }).end(),
    /redirects to another server/,
  ],
  ['a redirect in a circle', (_req, res) => res.writeHead(302, { Location: '/jwks' }).end(), /more than 3/],
];

describe('While the issuer responds with', () => {
  it.each(FAILURES)('%s, the former keys stay, and it is told why', async (_, respond, reason) => {
    const verifier = await startVerifier();
    const token = one.token();
    await verify(verifier, token);
    one.respond = respond;
    await passUntilFetch(verifier, 8 * MINUTE);
    expect(verifier.warning()).toMatch(reason);
    expect(verifier.fault()).toBeUndefined();
    expect(await verify(verifier, token)).toBe('accepted');
    expect(await verify(verifier, one.token({ jti: 'new' }))).toBe('accepted');
    expect(await verify(verifier, one.token({}, {}, second))).toBe('rejected');
    one.recover();
    await passUntilFetch(verifier, 10 * MINUTE);
    expect(verifier.warning()).toBeUndefined();
  });

  it.each(FAILURES)(
    '%s at the start, tokens get 503, and no token is accepted',
    async (_, respond, reason) => {
      one.respond = respond;
      const verifier = one.verifier();
      expect(verifier.fault()).toMatch(/are being fetched/);
      const verification = await verifier.verify(one.token());
      expect(verification).toEqual({ unavailable: expect.stringMatching(reason), retryAfter: 1 });
      expect(verifier.fault()).toMatch(reason);
      // The token is decided at once now.
      expect(verifier.verify(one.token())).toMatchObject({ retryAfter: 1 });
      one.recover();
      await passUntilFetch(verifier, SECOND);
      expect(verifier.fault()).toBeUndefined();
      expect(await verify(verifier, one.token())).toBe('accepted');
    },
  );
});

describe('An issuer that hangs', () => {
  it('is given up after two seconds, at the start and later', async () => {
    one.respond = () => {};
    const verifier = one.verifier();
    const verification = Promise.resolve(verifier.verify(one.token()));
    await until(() => one.fetches() === 1);
    pass(2 * SECOND);
    expect(await verification).toMatchObject({
      unavailable: expect.stringMatching(/did not respond within 2000 ms/),
    });
    one.recover();
    await passUntilFetch(verifier, SECOND);
    expect(await verify(verifier, one.token())).toBe('accepted');
    one.respond = () => {};
    pass(8 * MINUTE);
    await until(() => one.fetches() === 3);
    expect(await verify(verifier, one.token({ jti: 'meanwhile' }))).toBe('accepted');
    pass(2 * SECOND);
    await until(() => verifier.warning() !== undefined);
    expect(await verify(verifier, one.token({ jti: 'later' }))).toBe('accepted');
  });

  it('is given up also where the body of the response never ends', async () => {
    one.respond = (_req, res) => void res.writeHead(200).write('{"keys":[');
    const verifier = one.verifier();
    const verification = Promise.resolve(verifier.verify(one.token()));
    await until(() => one.fetches() === 1);
    pass(2 * SECOND);
    expect(verdictOf(await verification)).toBe('unavailable');
  });
});

describe('The keys', () => {
  it('are fetched again in the background at 80 % of their age, less a random part', async () => {
    const verifier = await startVerifier();
    // Math.random is 0.5, which makes 87.5 % of 8 minutes.
    pass(7 * MINUTE - 1);
    expect(verifier.statistics().keys.fetches).toBe(1);
    await passUntilFetch(verifier, 1);
    expect(verifier.statistics().keys).toMatchObject({ fetches: 2, failures: 0 });
  });

  it('are fetched again later and later while the issuer fails, and as before when it is back', async () => {
    const verifier = await startVerifier();
    one.respond = (_req, res) => res.writeHead(500).end();
    const share = 7 / 8;
    for (const delay of [8 * MINUTE, 30 * SECOND, 60 * SECOND, 120 * SECOND, 240 * SECOND, 8 * MINUTE]) {
      const { fetches } = verifier.statistics().keys;
      pass(delay * share - 1);
      expect([delay, verifier.statistics().keys.fetches]).toEqual([delay, fetches]);
      await passUntilFetch(verifier, 1);
    }
    one.recover();
    await passUntilFetch(verifier, 8 * MINUTE * share);
    pass(7 * MINUTE - 1);
    expect(verifier.warning()).toBeUndefined();
    await passUntilFetch(verifier, 1);
  });

  it('end after staleFor while the issuer fails, also for tokens that were verified before', async () => {
    const verifier = await startVerifier({ keys: { every: '1m', staleFor: '2m' } });
    const token = one.token({ exp: Math.floor(Date.now() / SECOND) + 3600 });
    expect(await verify(verifier, token)).toBe('accepted');
    one.respond = (_req, res) => res.writeHead(500).end();
    await passUntilFetch(verifier, MINUTE);
    pass(MINUTE - 1);
    await until(() => isIdle(verifier));
    expect(await verify(verifier, token)).toBe('accepted');
    pass(1);
    expect(verifier.known(token)).toBeUndefined();
    expect(await verify(verifier, token)).toBe('unavailable');
    expect(verifier.fault()).toMatch(/status 500/);
    expect(verifier.statistics()).toMatchObject({ cached: 0, keys: { keys: 0 } });
    one.recover();
    await passUntilFetch(verifier, MINUTE);
    expect(await verify(verifier, token)).toBe('accepted');
  });

  it('are fetched with retries from one second on while there are none', async () => {
    one.respond = (_req, res) => res.writeHead(500).end();
    const verifier = one.verifier();
    await until(() => isIdle(verifier) && verifier.statistics().keys.failures === 1);
    for (const delay of [1, 2, 4, 8, 16, 30, 30]) {
      const { fetches } = verifier.statistics().keys;
      pass((delay * SECOND * 7) / 8 - 1);
      expect([delay, verifier.statistics().keys.fetches]).toEqual([delay, fetches]);
      await passUntilFetch(verifier, 1);
    }
  });

  it('and the cooldown do not depend on the clock, which may be corrected', async () => {
    const verifier = await startVerifier();
    await verify(verifier, one.token({}, { kid: 'unknown' }, second));
    for (const jump of [-48 * HOUR, 24 * HOUR]) {
      jest.setSystemTime(Date.now() + jump);
      expect(await verify(verifier, one.token({ jti: `${jump}` }))).toBe('accepted');
    }
    jest.setSystemTime(Date.now() - 48 * HOUR);
    pass(30 * SECOND);
    one.keys = [first, second];
    expect(await verify(verifier, one.token({}, {}, second))).toBe('accepted');
  });

  it('are not fetched after the verifier was closed', async () => {
    const verifier = await startVerifier();
    verifier.close();
    pass(HOUR);
    await new Promise(setImmediate);
    expect(one.fetches()).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are not taken from a response that arrives after the verifier was closed', async () => {
    const responses: ServerResponse[] = [];
    one.respond = (_req, res) => responses.push(res);
    const verifier = one.verifier();
    const verification = Promise.resolve(verifier.verify(one.token()));
    await until(() => responses.length === 1);
    verifier.close();
    expect(verdictOf(await verification)).toBe('unavailable');
    expect(verifier.statistics().keys).toMatchObject({ keys: 0, failures: 0 });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are told once where some are not used, and faults when they begin and end', async () => {
    const log = { info: jest.fn(), warn: jest.fn() };
    const weak = { ...makeKey('RS256', 'weak', 1024).jwk, kid: 'weak"\n' };
    one.respond = (_req, res) => res.end(JSON.stringify({ keys: [first.jwk, weak] }));
    const verifier = one.verifier({}, log);
    await until(() => verifier.statistics().keys.keys > 0);
    await passUntilFetch(verifier, 8 * MINUTE);
    expect(log.warn.mock.calls).toEqual([
      [
        { issuer: one.issuer, reasons: ['key "weak\\"\\n": it has fewer than 2048 bits'] },
        expect.any(String),
      ],
    ]);
    one.respond = (_req, res) => res.writeHead(500).end();
    await passUntilFetch(verifier, 8 * MINUTE);
    await passUntilFetch(verifier, 8 * MINUTE);
    expect(log.warn).toHaveBeenCalledTimes(2);
    one.recover();
    await passUntilFetch(verifier, 8 * MINUTE);
    expect(log.info).toHaveBeenCalledTimes(1);
  });
});

describe('Rotation', () => {
  it('A token with a new key is accepted at once, and the former key while it is published', async () => {
    const verifier = await startVerifier();
    one.keys = [first, second];
    expect(await verify(verifier, one.token({}, {}, second))).toBe('accepted');
    expect(one.fetches()).toBe(2);
    expect(await verify(verifier, one.token({}, {}, first))).toBe('accepted');
    expect(one.fetches()).toBe(2);
  });

  it('A key that the issuer removes is revoked with the next fetch, with its cached tokens', async () => {
    one.keys = [first, second];
    const verifier = await startVerifier();
    const tokens = [one.token({}, {}, first), one.token({}, {}, second)] as const;
    for (const token of tokens) await verify(verifier, token);
    expect(verifier.statistics()).toMatchObject({ cached: 2 });
    one.keys = [second];
    await passUntilFetch(verifier, 7 * MINUTE);
    expect(verifier.statistics()).toMatchObject({ cached: 1, keys: { keys: 1 } });
    const fresh = { exp: Math.floor(Date.now() / SECOND) + 600 };
    expect(await verify(verifier, one.token(fresh, {}, first))).toBe('rejected');
    expect(await verify(verifier, one.token(fresh, {}, second))).toBe('accepted');
  });

  it('A cached token stays cached while its key stays', async () => {
    const verifier = await startVerifier({ keys: { every: '2m' } });
    const token = one.token();
    await verify(verifier, token);
    await passUntilFetch(verifier, 2 * MINUTE);
    expect(verifier.known(token)).toBeDefined();
    expect(verifier.statistics().verifications).toBe(1);
  });

  it('A removed key is revoked for tokens that were verified before earlier fetches, too', async () => {
    one.keys = [first, second];
    const verifier = await startVerifier({ keys: { every: '1m' } });
    const token = one.token();
    await verify(verifier, token);
    await passUntilFetch(verifier, MINUTE);
    one.keys = [second];
    await passUntilFetch(verifier, MINUTE);
    expect(verifier.known(token)).toBeUndefined();
    expect(await verify(verifier, token)).toBe('rejected');
  });

  it('Another key under the same id replaces the former one', async () => {
    const verifier = await startVerifier();
    const token = one.token();
    await verify(verifier, token);
    const other = { ...second, kid: 'first', jwk: { ...second.jwk, kid: 'first' } };
    one.keys = [other];
    await passUntilFetch(verifier, 8 * MINUTE);
    expect(await verify(verifier, one.token())).toBe('accepted');
    expect(await verify(verifier, one.token({}, {}, first))).toBe('rejected');
    expect(await verify(verifier, token)).toBe('rejected');
  });

  it('A new key is accepted at once from an issuer without key ids', async () => {
    const withoutId = ({ kid: _, ...jwk }: Readonly<Record<string, unknown>>) => jwk;
    let current = first;
    one.respond = (_req, res) => res.end(JSON.stringify({ keys: [withoutId(current.jwk)] }));
    const verifier = await startVerifier();
    const header = { kid: undefined };
    expect(await verify(verifier, one.token({}, header, first))).toBe('accepted');
    current = second;
    expect(await verify(verifier, one.token({ jti: 'new' }, header, second))).toBe('accepted');
    expect(await verify(verifier, one.token({ jti: 'old' }, header, first))).toBe('rejected');
    expect(one.fetches()).toBe(2);
  });

  it('An id that two keys of one type share is refused, and an exact repetition is not', async () => {
    const twice = { ...second, kid: 'first', jwk: { ...second.jwk, kid: 'first' } };
    one.keys = [first, first];
    const verifier = await startVerifier();
    expect(await verify(verifier, one.token())).toBe('accepted');
    one.keys = [first, twice];
    await passUntilFetch(verifier, 8 * MINUTE);
    expect(await verify(verifier, one.token({ jti: 'new' }))).toBe('rejected');
  });
});

describe('Unknown key ids', () => {
  const unknown = (kid: string) => one.token({}, { kid }, second);

  it('200 at once cause one fetch', async () => {
    const verifier = await startVerifier();
    const verdicts = Promise.all(Array.from({ length: 200 }, (_, n) => verify(verifier, unknown(`${n}`))));
    expect(new Set(await verdicts)).toEqual(new Set(['rejected']));
    expect(one.fetches()).toBe(2);
  });

  it('1,000 in turn cause at most one fetch in each cooldown, and good tokens never wait', async () => {
    const verifier = await startVerifier();
    for (let n = 0; n < 1000; n++) {
      expect(await verify(verifier, unknown(`random ${n}`))).toBe('rejected');
      if (n % 10 === 0) expect(verdictOf(verifier.verify(one.token({ jti: `${n}` })))).toBe('accepted');
      pass(100);
    }
    // 100 seconds: at 0, 30, 60 and 90.
    expect(one.fetches()).toBe(1 + 4);
  });

  it('A good token with a new key passes after the cooldown, also in the midst of random ids', async () => {
    const verifier = await startVerifier();
    await verify(verifier, unknown('random'));
    one.keys = [first, second];
    const token = one.token({}, {}, second);
    expect(await verify(verifier, token)).toBe('rejected');
    for (let n = 0; n < 300; n++) {
      await verify(verifier, unknown(`random ${n}`));
      pass(100);
    }
    await verify(verifier, unknown('another'));
    expect(await verify(verifier, token)).toBe('accepted');
  });

  it('An id that the issuer does not have causes no other fetch for five minutes', async () => {
    const verifier = await startVerifier({ keys: { every: '1h' } });
    await verify(verifier, unknown('gone'));
    for (let n = 0; n < 9; n++) {
      pass(30 * SECOND);
      expect(await verify(verifier, unknown('gone'))).toBe('rejected');
    }
    expect(one.fetches()).toBe(2);
    pass(30 * SECOND);
    await verify(verifier, one.token({ exp: Math.floor(Date.now() / SECOND) + 60 }, { kid: 'gone' }));
    expect(one.fetches()).toBe(3);
  });

  it('An id that was asked for during a failure is looked up again after the cooldown', async () => {
    const verifier = await startVerifier();
    one.respond = (_req, res) => res.writeHead(500).end();
    expect(await verify(verifier, one.token({}, {}, second))).toBe('rejected');
    await passUntilFetch(verifier, 30 * SECOND);
    one.recover();
    one.keys = [first, second];
    expect(await verify(verifier, one.token({}, {}, second))).toBe('accepted');
  });

  it('An id that comes while a fetch is running is looked up once more, as the response may be older', async () => {
    const verifier = await startVerifier();
    const responses: ServerResponse[] = [];
    one.respond = (_req, res) => responses.push(res);
    pass(8 * MINUTE);
    await until(() => responses.length === 1);
    pass(1);
    const token = one.token({}, {}, second);
    const verdict = verify(verifier, token);
    one.recover();
    one.keys = [first, second];
    responses[0]?.end(JSON.stringify({ keys: [first.jwk] }));
    expect(await verdict).toBe('accepted');
    expect(one.fetches()).toBe(3);
  });

  it('At most 1,000 requests wait for a fetch, and good tokens pass meanwhile', async () => {
    const verifier = await startVerifier();
    one.respond = () => {};
    const waiting = Array.from({ length: 1_000 }, (_, n) => verifier.verify(unknown(`${n}`)));
    expect(waiting.every((verdict) => verdict instanceof Promise)).toBe(true);
    expect(verifier.verify(unknown('one more'))).toMatchObject({ code: 'key' });
    expect(verdictOf(verifier.verify(one.token()))).toBe('accepted');
    await until(() => one.fetches() === 2);
    pass(2 * SECOND);
    for (const verdict of waiting) expect(verdictOf(await verdict)).toBe('rejected');
    expect(verifier.verify(unknown('one more'))).toMatchObject({ code: 'key' });
  });

  it('At most 1,000 requests wait for the first keys', async () => {
    one.respond = () => {};
    const verifier = one.verifier();
    const waiting = Array.from({ length: 1_000 }, () => verifier.verify(one.token()));
    expect(waiting.every((verdict) => verdict instanceof Promise)).toBe(true);
    expect(verifier.verify(one.token())).toMatchObject({ unavailable: expect.any(String), retryAfter: 1 });
  });

  it('At most 128 unknown ids are remembered, each for five minutes', () => {
    const ids = new RecentIds();
    for (let n = 0; n < 130; n++) ids.add(`${n}`, 0);
    expect(['0', '1', '2', '129'].map((id) => ids.has(id, 299_999))).toEqual([false, false, true, true]);
    expect(ids.has('129', 300_000)).toBe(false);
  });

  it('Tokens that are refused anyway cause no fetch', async () => {
    const verifier = await startVerifier();
    await verify(verifier, one.token({ aud: 'payments' }, { kid: 'a' }));
    await verify(verifier, one.token({ exp: 1 }, { kid: 'b' }));
    await verify(verifier, one.token({}, { kid: 'c', alg: 'HS256' }));
    await verify(verifier, one.token({}, { kid: 'd', typ: 'JWT' }));
    expect(one.fetches()).toBe(1);
  });
});

describe('Metadata', () => {
  it('of an issuer on the network does not lead to this machine', () => {
    const [issuer, local] = ['https://idp.example', 'http://localhost:8081'];
    const read = (from: string, uri: string) => () => readMetadata({ issuer: from, jwks_uri: uri }, from);
    expect(read(issuer, `${local}/jwks`)).toThrow(/not on the network/);
    expect(read(local, `${local}/jwks`)()).toBe(`${local}/jwks`);
    expect(read(issuer, 'https://keys.example/jwks')()).toBe('https://keys.example/jwks');
  });
});

describe('Discovery', () => {
  /** Serves documents by path, and the keys at `/jwks`. */
  const serve = (documents: Readonly<Record<string, unknown>>) => {
    const publish = one.respond;
    one.respond = (req, res) => {
      const document = documents[req.url ?? ''];
      if (req.url === '/jwks') publish(req, res);
      else if (document === undefined) res.writeHead(404).end('{}');
      else res.end(JSON.stringify(document));
    };
  };
  const metadata = (more: object = {}) => ({
    issuer: one.issuer,
    jwks_uri: `${one.issuer}/jwks`,
    ...more,
  });
  const discover = (more: object = {}) => one.verifier({ jwksUri: undefined, ...more });

  it('finds the keys by OpenID Connect', async () => {
    serve({ '/.well-known/openid-configuration': metadata() });
    expect(await verify(discover(), one.token())).toBe('accepted');
    expect(one.server.requests.map(({ url }) => url)).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });

  it('finds the keys by RFC 8414, also for an issuer with a path', async () => {
    const issuer = `${one.issuer}/realms/shop`;
    serve({ '/.well-known/oauth-authorization-server/realms/shop': metadata({ issuer }) });
    expect(await verify(discover({ issuer }), one.token({ iss: issuer }))).toBe('accepted');
    expect(one.server.requests.map(({ url }) => url)).toEqual([
      '/realms/shop/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/realms/shop',
      '/jwks',
    ]);
  });

  it('finds the keys of an issuer whose name ends with a slash', async () => {
    const issuer = `${one.issuer}/`;
    serve({ '/.well-known/openid-configuration': metadata({ issuer }) });
    expect(await verify(discover({ issuer }), one.token({ iss: issuer }))).toBe('accepted');
  });

  it.each<[string, unknown, RegExp]>([
    ['of another issuer', { issuer: 'https://evil.example' }, /names another issuer/],
    ['without a key set', { jwks_uri: undefined }, /no https URL/],
    ['with a key set over http', { jwks_uri: 'http://idp.example/jwks' }, /no https URL/],
    ['with a key set in a file', { jwks_uri: 'file:///etc/passwd' }, /no https URL/],
  ])('does not use metadata %s', async (_, more, reason) => {
    serve({ '/.well-known/openid-configuration': metadata(more as object) });
    const verifier = discover();
    expect(await verify(verifier, one.token())).toBe('unavailable');
    expect(verifier.fault()).toMatch(reason);
    expect(one.fetches()).toBe(0);
  });

  it('looks for the key set again after it failed', async () => {
    const documents = { '/.well-known/openid-configuration': metadata({ jwks_uri: `${one.issuer}/old` }) };
    serve(documents);
    const verifier = discover();
    expect(await verify(verifier, one.token())).toBe('unavailable');
    documents['/.well-known/openid-configuration'] = metadata();
    await passUntilFetch(verifier, SECOND);
    expect(await verify(verifier, one.token())).toBe('accepted');
  });

  it('looks for the key set again after an hour', async () => {
    const documents = { '/.well-known/openid-configuration': metadata() };
    serve(documents);
    const verifier = discover({ keys: { every: '50m' } });
    await verify(verifier, one.token());
    await passUntilFetch(verifier, 40 * MINUTE);
    const lookUps = () => one.server.requests.filter(({ url }) => url?.includes('.well-known')).length;
    expect(lookUps()).toBe(1);
    await passUntilFetch(verifier, 40 * MINUTE);
    expect(lookUps()).toBe(2);
  });
});
