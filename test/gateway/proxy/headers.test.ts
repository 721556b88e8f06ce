/** Forwarded headers in each direction, for any order, case and number. */
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { requestHeaders, responseHeaders } from '../../../src/gateway/proxy/headers.ts';
import type { RequestContext } from '../../../src/http/context.ts';

const contextOf = (continuesTrace: boolean): RequestContext =>
  ({ requestId: 'r1', traceparent: '00-1-2-01', continuesTrace }) as RequestContext;

const HOPS = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
const REPLACED = [
  'host',
  'x-request-id',
  'traceparent',
  'x-envoy-expected-rq-timeout-ms',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
];
const FREE = ['accept', 'x-own', 'cookie', 'x-named', 'via', 'etag', 'content-length', 'x-forwarded-port'];

const inCase = (names: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...names), fc.boolean())
    .map(([name, isUpper]) => (isUpper ? name.toUpperCase() : name));
const pairsOf = (names: readonly string[], value: fc.Arbitrary<string>) =>
  fc.array(fc.tuple(inCase(names), value), { maxLength: 12 });
const connection = fc.constantFrom('close', 'X-Named', 'keep-alive, x-NAMED , cookie', '');

/** Headers named in Connection belong to the connection (RFC 9110 §7.6.1). */
const namedBy = (pairs: readonly (readonly [string, string])[]): string[] =>
  pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((one) => one.trim().toLowerCase()));

describe('The headers of a request', () => {
  it('Request headers are forwarded in order, except those of the connection, of another hop and of another trace', () => {
    const pairs = pairsOf(
      [...HOPS.slice(1), ...REPLACED, ...FREE, 'tracestate'],
      fc.constantFrom('a', 'b, c', ''),
    );
    fc.assert(
      fc.property(
        pairs,
        fc.option(connection, { nil: undefined }),
        fc.boolean(),
        (given, named, continues) => {
          const all = named === undefined ? given : [...given, ['Connection', named] as [string, string]];
          const headers = { host: 'shop.example', ...(named !== undefined && { connection: named }) };
          const req = { headers, rawHeaders: all.flat(), socket: { remoteAddress: '192.0.2.1' } };
          const gone = new Set([...HOPS, ...REPLACED, ...namedBy(all), ...(continues ? [] : ['tracestate'])]);
          expect(requestHeaders(req as unknown as IncomingMessage, contextOf(continues), false)).toEqual([
            ...all.filter(([name]) => !gone.has(name.toLowerCase())).flat(),
            'X-Forwarded-For',
            '192.0.2.1',
            'X-Forwarded-Proto',
            'http',
            'X-Forwarded-Host',
            'shop.example',
            'Forwarded',
            'for=192.0.2.1;host=shop.example;proto=http',
            'Via',
            '1.1 linkway',
            'X-Request-Id',
            'r1',
            'traceparent',
            '00-1-2-01',
          ]);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('The certificate of a client', () => {
  const seen = (isTrusted: boolean) => {
    const rawHeaders = ['Client-Cert', ':YQ==:', 'CLIENT-CERT-CHAIN', ':YQ==:', 'X-Own', 'a'];
    const req = { headers: {}, rawHeaders, socket: { remoteAddress: '192.0.2.1' } };
    return requestHeaders(req as unknown as IncomingMessage, contextOf(true), isTrusted).join('\n');
  };

  it('A service gets it from a trusted proxy, and never from anyone else', () => {
    expect(seen(true)).toMatch(/^Client-Cert\n:YQ==:\nCLIENT-CERT-CHAIN\n:YQ==:\nX-Own\na\n/);
    expect(seen(false)).toMatch(/^X-Own\na\nX-Forwarded-For\n/);
  });
});

describe('The headers of a response', () => {
  const ADDED = ['X-Safe', 'yes', 'ETag', 'never', 'X-Frame', 'no'];

  it('Response headers are forwarded in order, with missing headers added to JSON', () => {
    const names = [...HOPS.slice(1), ...FREE, 'server', 'x-request-id', 'x-safe', 'x-powered-by'];
    const pairs = pairsOf(names, fc.constantFrom('a', 'b, c', ''));
    const types = fc.constantFrom<[string, boolean][]>(
      ['application/json', true],
      ['application/problem+json; charset=utf-8', true],
      ['text/html', false],
      ['image/png', false],
      ['', true],
    );
    fc.assert(
      fc.property(
        pairs,
        types,
        fc.array(connection, { maxLength: 2 }),
        (given, [type, isData], connections) => {
          const all = [
            ...connections.map((value): [string, string] => ['Connection', value]),
            ...given,
            ...(type === '' ? [] : [['Content-TYPE', type] as [string, string]]),
          ];
          const gone = new Set([...HOPS, 'x-request-id', 'server', ...namedBy(all)]);
          // Headers of the service take precedence over added ones.
          const own = new Set(all.map(([name]) => name.toLowerCase()));
          const added = [0, 2, 4].flatMap((at) =>
            isData && !own.has((ADDED[at] ?? '').toLowerCase()) ? ADDED.slice(at, at + 2) : [],
          );
          expect(responseHeaders(ADDED, ['Server'])(all.flat(), contextOf(true))).toEqual([
            ...all.filter(([name]) => !gone.has(name.toLowerCase())).flat(),
            ...added,
            'X-Request-Id',
            'r1',
          ]);
        },
      ),
      { numRuns: 500 },
    );
  });
});
