import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { headersOf } from '../../../../src/http/headers/raw-headers.ts';
import { requestHeadOf } from '../../../../src/http/server/http2/request-head.ts';

type Pair = readonly [name: string, value: string];

const PSEUDO: readonly Pair[] = [
  [':method', 'GET'],
  [':path', '/a?b=c'],
  [':scheme', 'https'],
  [':authority', 'api.example:8443'],
];

const head = (pairs: readonly Pair[], hasBody = false) =>
  requestHeadOf(headersOf(pairs.flat()) as never, pairs.flat(), hasBody);

describe('The head of an HTTP/2 request', () => {
  it('Becomes that of an HTTP/1.1 request, with :authority as Host', () => {
    const { method, url, rawHeaders, headers, fault, isTooLarge } = head([...PSEUDO, ['accept', '*/*']]);
    expect([method, url, rawHeaders]).toEqual([
      'GET',
      '/a?b=c',
      ['Host', 'api.example:8443', 'accept', '*/*'],
    ]);
    expect({ ...headers }).toEqual({ host: 'api.example:8443', accept: '*/*' });
    expect([fault, isTooLarge]).toEqual([undefined, false]);
  });

  it('Has one line of cookies', () => {
    const { rawHeaders, headers } = head([
      ...PSEUDO,
      ['cookie', 'a=1'],
      ['accept', '*/*'],
      ['cookie', 'b=2'],
    ]);
    expect(rawHeaders.slice(2)).toEqual(['accept', '*/*', 'Cookie', 'a=1; b=2']);
    expect(headers.cookie).toBe('a=1; b=2');
  });

  it('Has a chunked body where the length is not known, and a length otherwise', () => {
    expect(head(PSEUDO, true).rawHeaders).toEqual([
      'Host',
      'api.example:8443',
      'Transfer-Encoding',
      'chunked',
    ]);
    const withLength = head([...PSEUDO, ['content-length', '3']], true);
    expect(withLength.rawHeaders.slice(2)).toEqual(['content-length', '3']);
    expect(withLength.headers['transfer-encoding']).toBeUndefined();
  });

  it.each<[string, readonly Pair[], string | undefined]>([
    ['a Host that is the same', [...PSEUDO, ['host', 'API.example:8443']], undefined],
    [
      'a Host that differs',
      [...PSEUDO, ['host', 'evil.example']],
      'The Host header differs from :authority.',
    ],
    ['two Hosts', [...PSEUDO, ['host', 'a'], ['host', 'b']], 'The request has more than one Host header.'],
    ['only a Host', [...PSEUDO.slice(0, 3), ['host', 'a.example']], undefined],
    ['no host', PSEUDO.slice(0, 3), 'The request has neither :authority nor a Host header.'],
    [
      'another scheme',
      [...PSEUDO.slice(0, 2), [':scheme', 'ftp'], [':authority', 'a']],
      'The scheme is neither https nor http.',
    ],
  ])('With %s it is judged by RFC 9113, section 8.3.1', (_, pairs, fault) => {
    expect(head(pairs).fault).toBe(fault);
  });

  it('With only a Host, that is the host', () => {
    expect(head([...PSEUDO.slice(0, 3), ['host', 'a.example']]).rawHeaders).toEqual(['Host', 'a.example']);
  });

  it('Is too large at the limit of HTTP/1.1', () => {
    expect(head([...PSEUDO, ['x-a', 'a'.repeat(16_000)]]).isTooLarge).toBe(false);
    expect(head([...PSEUDO, ['x-a', 'a'.repeat(16_384)]]).isTooLarge).toBe(true);
  });

  it('Never passes a pseudo-header field on, and keeps every other field', () => {
    const name = fc.stringMatching(/^[a-z0-9-]{1,12}$/).filter((one) => !['host', 'cookie'].includes(one));
    const value = fc.stringMatching(/^[\x21-\x7e]{0,20}$/);
    const pseudo = fc.tuple(
      fc.stringMatching(/^:[a-z-]{1,10}$/).filter((one) => one !== ':authority' && one !== ':scheme'),
      value,
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.tuple(name, value), pseudo)), fc.boolean(), (pairs, hasBody) => {
        const { rawHeaders, headers } = head([...PSEUDO, ...pairs], hasBody);
        const names = rawHeaders.filter((_, index) => index % 2 === 0);
        expect([...names, ...Object.keys(headers)].filter((one) => one.startsWith(':'))).toEqual([]);
        const others = pairs.filter(([one]) => !one.startsWith(':')).flat();
        expect(rawHeaders.slice(2, 2 + others.length)).toEqual(others);
      }),
    );
  });
});
