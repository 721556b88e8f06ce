import { describe, expect, it } from '@jest/globals';
import { redact } from '../../src/http/redact.ts';

describe('what is logged', () => {
  it.each([
    ['a query', 'https://docs.example/x.yaml?version=2&access_token=s3cret&lang=en: cannot be had'],
    ['the first of a query', 'https://docs.example/x.yaml?api_key=s3cret'],
    ['a URL with credentials', 'https://me:s3cret@docs.example/x.yaml'],
    ['a header', JSON.stringify({ err: { headers: { Authorization: 'Bearer s3cret', accept: '*/*' } } })],
    ['a cookie', JSON.stringify({ headers: { cookie: 'sid=s3cret; b=2' } })],
    ['a value with quotes', JSON.stringify({ password: 'a"s3cret' }).replace('a\\"', 'a')],
    ['JSON within JSON', JSON.stringify({ msg: JSON.stringify({ password: 's3cret' }) })],
    ['running text', 'sent Authorization: Basic s3cret'],
  ])('has no secret of %s', (_name, text) => {
    const safe = redact(text);
    expect(safe).not.toContain('s3cret');
    expect(safe).toContain('[hidden]');
  });

  it('stays JSON, and keeps everything else', () => {
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

  it('is read in time that grows with its length alone', () => {
    const hostile = ['?token', '"key" ', '://', '\\', '"cookie":"'].map((part) => part.repeat(50_000));
    for (const text of hostile) expect(redact(text).length).toBeGreaterThan(0);
  });
});
