import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redact } from '../../src/observability/redact.ts';

describe('Redaction', () => {
  it.each([
    ['a query', 'https://docs.example/x.yaml?version=2&access_token=s3cret&lang=en: cannot be had'],
    ['the first of a query', 'https://docs.example/x.yaml?api_key=s3cret'],
    ['a URL with credentials', 'https://me:s3cret@docs.example/x.yaml'],
    ['a header', JSON.stringify({ err: { headers: { Authorization: 'Bearer s3cret', accept: '*/*' } } })],
    ['a cookie', JSON.stringify({ headers: { cookie: 'sid=s3cret; b=2' } })],
    ['a value with quotes', JSON.stringify({ password: 'a"s3cret' }).replace('a\\"', 'a')],
    ['JSON within JSON', JSON.stringify({ msg: JSON.stringify({ password: 's3cret' }) })],
    ['running text', 'sent Authorization: Basic s3cret'],
    ['raw headers', JSON.stringify({ raw: ['Accept', 'x', 'Authorization', 'Bearer s3cret', 'Via', 'y'] })],
    ['headers with several values', JSON.stringify({ 'set-cookie': ['a=s3cret', 'b=s3cret'], via: 'x' })],
    ['a bare credential', 'the service said no to Bearer s3cretZ9 at 10:00'],
    ['a basic credential', 'Basic bWU6s3cretA= was refused'],
    ['a signed token', 'token eyJhbGciOiJub25lIn0.s3cret.x is old'],
    ['an authorization code', 'GET /callback?state=1&code=s3cret'],
    ['a form', 'grant_type=jwt-bearer&client_assertion=s3cret&assertion=s3cret'],
    ['a session', 'connect.sid=s3cret; JSESSIONID=s3cret'],
    ['a session in JSON', JSON.stringify({ sid: 's3cret', jwt: 's3cret', sessionId: 's3cret' })],
    ['a password with @', 'https://me:p@s3cret@docs.example/x.yaml'],
    ['a password with /', 'postgres://me:p/s3cret@db/orders'],
    ['a URL within a query', 'https://a.example/?to=https%3A%2F%2Fb.example%2F%3Fcode%3Ds3cret%26page%3D2'],
    ['a value that ends with a backslash', JSON.stringify({ password: 's3cret\\', page: 2 })],
    ['JSON within JSON within JSON', JSON.stringify(JSON.stringify(JSON.stringify({ token: 'a"s3cret\\' })))],
  ])('The secret is removed from %s', (_name, text) => {
    const safe = redact(text);
    expect(safe).not.toContain('s3cret');
    expect(safe).toContain('[hidden]');
  });

  it('A value that is the name of a secret does not hide the name of the next member', () => {
    const line = JSON.stringify({ scheme: 'apiKey', msg: 'no keys', name: 'password', token: 's3cret' });
    expect(JSON.parse(redact(line))).toEqual({
      scheme: 'apiKey',
      msg: 'no keys',
      name: 'password',
      token: '[hidden]',
    });
  });

  it('The text stays JSON and keeps everything else', () => {
    const line = {
      msg: 'GET /x?token=s3cret&page=2',
      headers: { cookie: 'a=s3cret', accept: 'x' },
      key: 'k',
    };
    expect(JSON.parse(redact(JSON.stringify(line)))).toEqual({
      msg: 'GET /x?token=[hidden]&page=2',
      headers: { cookie: '[hidden]', accept: 'x' },
      key: '[hidden]',
    });
    const plain =
      '{"level":30,"service":"orders","reason":"orders.yaml:3: #/paths: not an object","tokens":3}';
    expect(redact(plain)).toBe(plain);
  });

  it('Text without secrets is unchanged', () => {
    for (const text of [
      JSON.stringify({ code: 'ECONNREFUSED', tokens: 3, status: 401 }),
      'Basic authentication is not supported, exit code=1',
      'http://orders:8083/orders?email=ada@example.com',
      'https://orders.example/a:b@c is no path',
    ])
      expect(redact(text)).toBe(text);
  });

  it('Any secret at any depth is removed, and the text stays JSON', () => {
    const names = [
      'password',
      'access_token',
      'Authorization',
      'set-cookie',
      'sid',
      'jwt',
      'client_assertion',
    ];
    const secret = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => `s3cret${text}s3cret`);
    const shapes = [
      (name: string, value: string): unknown => ({ a: 1, [name]: value, z: 'unchanged' }),
      (name: string, value: string): unknown => ({ raw: ['Accept', 'x', name, value], z: 'unchanged' }),
      (name: string, value: string): unknown => ({ [name]: [value, value], z: 'unchanged' }),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        secret,
        fc.constantFrom(...shapes),
        fc.nat(3),
        (name, value, shape, depth) => {
          let text = JSON.stringify(shape(name, value));
          for (let level = 0; level < depth; level += 1) text = JSON.stringify({ msg: text });
          let safe: unknown = JSON.parse(redact(text));
          expect(JSON.stringify(safe)).not.toContain('s3cret');
          for (let level = 0; level < depth; level += 1) safe = JSON.parse((safe as { msg: string }).msg);
          expect(safe).toMatchObject({ z: 'unchanged' });
        },
      ),
    );
  });

  it('The time is linear in the length', () => {
    const parts = [
      '?token',
      '"key" ',
      '://',
      '\\',
      '"cookie":"',
      'a:',
      '://a:',
      'eyJ',
      'Bearer ',
      '\\"key\\":\\"',
    ];
    const hostile = [...parts, '"key":["', '"key","', 'token', 'password-', '%26code', '"key":[1,', ':/@'];
    for (const part of hostile) {
      const before = process.cpuUsage().user;
      expect(redact(part.repeat(50_000)).length).toBeGreaterThan(0);
      expect([part, process.cpuUsage().user - before < 2_000_000]).toEqual([part, true]);
    }
  });
});
