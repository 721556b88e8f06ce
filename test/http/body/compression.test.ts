import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compressionSchema } from '../../../src/config/compression.ts';
import {
  addCodingToTag,
  Compression,
  compressedHeaders,
  forbidsTransform,
  withOriginalTags,
} from '../../../src/http/body/compression.ts';

const asking = (headers: Record<string, string>) => ({ headers });
const json = { status: 200, contentType: 'application/json', length: 5000 };
const compression = (config = {}) => new Compression(compressionSchema.parse(config));
const chosen = (accept: string, head: Partial<typeof json> = {}, config = {}) =>
  compression(config).choose(asking({ 'accept-encoding': accept }), { ...json, ...head });

describe('Coding of a response (RFC 9110 §12.5.3)', () => {
  it.each<[string, string | undefined]>([
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['br;q=0.5, gzip', 'gzip'],
    ['br;q=0, gzip;q=0.1', 'gzip'],
    ['br;q=0.000', undefined],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['gzip;q=0, *', 'br'],
    ['br;q=0.5, identity', undefined],
    ['br;q=0.5, identity;q=0.5', 'br'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['deflate, compress', undefined],
    ['zstd', undefined],
    ['', undefined],
    ['gzip;q=nonsense', undefined],
  ])('Accept-Encoding: %s selects %s', (accept, coding) => {
    expect(chosen(accept)).toEqual({ varies: true, coding });
  });

  it('Without Accept-Encoding the response is not compressed', () => {
    expect(compression().choose(asking({}), json)).toEqual({ varies: true, coding: undefined });
  });

  it('Codings of equal weight are selected in the configured order', () => {
    expect(chosen('gzip, br, zstd', {}, { encodings: ['zstd', 'gzip', 'br'] }).coding).toBe('zstd');
    expect(chosen('gzip, br', {}, { encodings: ['gzip', 'br'] }).coding).toBe('gzip');
  });

  it('Without a configured coding the response is not compressed', () => {
    expect(chosen('gzip, br', {}, { encodings: [] })).toEqual({ varies: false, coding: undefined });
  });

  it.each([
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/problem+json',
    'text/html',
    'application/vnd.oai.openapi+json;version=3.1',
    'text/x-anything',
    'application/atom+xml',
    'image/svg+xml',
  ])('Responses of type %s are compressed', (contentType) => {
    expect(chosen('gzip', { contentType }).coding).toBe('gzip');
  });

  it.each([
    'text/event-stream',
    'Text/Event-Stream; charset=utf-8',
    'image/png',
    'application/octet-stream',
    'application/zip',
    'application/jsonp',
    'xapplication/json',
    'video/mp4',
    'application/x-ndjson',
    '',
  ])('Responses of type "%s" are not compressed', (contentType) => {
    expect(chosen('gzip', { contentType })).toEqual({ varies: false, coding: undefined });
  });

  it.each([101, 103, 204, 205, 206, 304])('Responses with status %d are not compressed', (status) => {
    expect(chosen('gzip', { status })).toEqual({ varies: false, coding: undefined });
  });

  it.each([201, 404, 500])('Responses with status %d are compressed', (status) => {
    expect(chosen('gzip', { status }).coding).toBe('gzip');
  });

  it('A response below the minimum size is compressed only where the client refuses identity', () => {
    expect(chosen('gzip', { length: 1023 })).toEqual({ varies: false, coding: undefined });
    expect(chosen('gzip', { length: 1024 }).coding).toBe('gzip');
    expect(chosen('gzip, identity;q=0', { length: 10 }).coding).toBe('gzip');
    expect(
      compression().choose(asking({ 'accept-encoding': 'br' }), { ...json, length: undefined }).coding,
    ).toBe('br');
  });

  it.each<[string, Record<string, string>, string | undefined]>([
    ['a cookie', { cookie: 'a=b' }, undefined],
    ['a cookie, from another site', { cookie: 'a=b', 'sec-fetch-site': 'cross-site' }, undefined],
    ['a cookie, from a sibling site', { cookie: 'a=b', 'sec-fetch-site': 'same-site' }, undefined],
    ['a cookie, from the same origin', { cookie: 'a=b', 'sec-fetch-site': 'same-origin' }, 'gzip'],
    ['a cookie, from an address that a user typed', { cookie: 'a=b', 'sec-fetch-site': 'none' }, 'gzip'],
    ['a password', { authorization: 'Basic YTpi' }, undefined],
    ['a ticket', { authorization: 'negotiate abc' }, undefined],
    ['a token', { authorization: 'Bearer abc' }, 'gzip'],
    ['nothing', {}, 'gzip'],
  ])(
    'A request with %s gets no compression that would reveal secrets to other sites',
    (_what, headers, coding) => {
      const request = asking({ 'accept-encoding': 'gzip', ...headers });
      expect(compression().choose(request, json)).toEqual({ varies: true, coding });
    },
  );

  it('The coding is always one that the client accepts', () => {
    const coder = compression();
    fc.assert(
      fc.property(fc.string(), (accept) => {
        const { coding } = coder.choose(asking({ 'accept-encoding': accept }), json);
        if (coding !== undefined)
          expect(accept.toLowerCase().includes(coding) || accept.includes('*')).toBe(true);
      }),
    );
  });
});

describe('Responses that must not be transformed', () => {
  it.each<[string[], Record<string, string>, boolean]>([
    [['Content-Encoding', 'gzip'], {}, true],
    [['content-encoding', 'identity'], {}, false],
    [['Cache-Control', 'max-age=1', 'cache-control', 'No-Transform'], {}, true],
    [['Cache-Control', 'x="no-transform"'], {}, false],
    [[], { 'cache-control': 'no-transform' }, true],
    [[], {}, false],
  ])('With the response headers %j and the request headers %j the result is %p', (raw, headers, fixed) => {
    expect(forbidsTransform(raw, { headers })).toBe(fixed);
  });
});

describe('Entity tag of a compressed representation (RFC 9110 §8.8.3)', () => {
  it('The tag differs from that of the original', () => {
    expect(addCodingToTag('"x"', 'br')).toBe('"x--br"');
    expect(addCodingToTag('W/"x"', 'gzip')).toBe('W/"x--gzip"');
  });

  it.each<[string, 'br' | undefined, string]>([
    ['"x--br"', undefined, '"x--br", "x"'],
    ['W/"x--br"', undefined, 'W/"x--br", W/"x"'],
    ['"a", "x--gzip" , "y--br"', undefined, '"a", "x--gzip", "x" , "y--br", "y"'],
    ['"x--gzip", "y--br"', 'br', '"x--gzip", "y--br", "y"'],
    ['*', undefined, '*'],
    ['"x--deflate"', undefined, '"x--deflate"'],
  ])('The original tags are added to %s', (tags, coding, plain) => {
    expect(withOriginalTags(tags, coding)).toBe(plain);
  });

  it('Adding and removing the coding returns any original tag', () => {
    const opaque = fc.stringMatching(/^[!#-~]*$/);
    fc.assert(
      fc.property(opaque, fc.constantFrom('br', 'gzip', 'zstd'), fc.boolean(), (text, coding, isWeak) => {
        const tag = `${isWeak ? 'W/' : ''}"${text}"`;
        expect(withOriginalTags(addCodingToTag(tag, coding))).toBe(`${addCodingToTag(tag, coding)}, ${tag}`);
      }),
    );
  });

  it('Headers that describe the original bytes are removed', () => {
    const raw = [
      'ETag',
      '"x"',
      'Content-Length',
      '9',
      'Accept-Ranges',
      'bytes',
      'Repr-Digest',
      'a',
      'X-A',
      '1',
    ];
    expect(compressedHeaders(raw, 'br')).toEqual(['ETag', '"x--br"', 'X-A', '1', 'Content-Encoding', 'br']);
  });
});
