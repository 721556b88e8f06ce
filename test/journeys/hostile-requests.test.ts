/**
 * Hostile requests to the gateway and directly to a service. Each gets a response or its connection ends. No response
 * is a 500, no request takes long, and other requests still succeed.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import request from 'supertest';
import { startCountedSystem } from '../support/counted-system.ts';
import { rawClient, statusesOf } from '../support/raw-client.ts';
import { describeSamples } from '../support/samples.ts';

const CONSUMER = '/consumers/c-ada';

interface Head {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly string[];
}

/** Makes the client end its connection, if the server does not end it first. */
const written = ({ method = 'GET', path = CONSUMER, headers = [] }: Head, body = ''): string =>
  [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...headers, 'Connection: close', '', body].join('\r\n');

const sized = (head: Head, type: string, body: string): string => {
  const more = [`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`];
  return written({ ...head, headers: [...(head.headers ?? []), ...more] }, body);
};

const post = (body: string, type = 'application/json') =>
  sized({ method: 'POST', path: '/consumers' }, type, body);
const patch = (body: string, type = 'application/json-patch+json') =>
  sized({ method: 'PATCH', headers: ['If-Match: *'] }, type, body);

const nested = (open: string, close: string, levels: number): string =>
  open.repeat(levels) + (open.endsWith(':') ? '1' : '') + close.repeat(levels);

const copies = (count: number, first: string): string =>
  JSON.stringify([
    { op: 'add', path: first, value: { a: 'x'.repeat(20) } },
    ...Array.from({ length: count }, (_, at) => ({ op: 'copy', from: first, path: `${first}/k${at}` })),
  ]);

const LARGE = 1_000_000;

/** Name, bytes, and the allowed statuses. */
const REQUESTS: readonly (readonly [string, string, readonly number[]])[] = [
  // Request smuggling: one request to one parser, and two to another.
  ...(
    [
      ['two lengths', ['Content-Length: 0', 'Content-Length: 5']],
      ['a length in a list', ['Content-Length: 0, 5']],
      ['a length with a sign', ['Content-Length: +5']],
      ['a length in hexadecimal', ['Content-Length: 0x5']],
      ['a length below zero', ['Content-Length: -1']],
      ['a length beyond all numbers', ['Content-Length: 99999999999999999999']],
      ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
      ['chunks under another name', ['Transfer-Encoding: xchunked']],
      ['chunks that are not last', ['Transfer-Encoding: chunked, identity']],
      ['chunks twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']],
      ['chunks after a tab', ['Transfer-Encoding:\tchunked', 'Content-Length: 5']],
      ['a blank before the colon', ['Content-Length : 5']],
      ['a folded line', ['X-A: b', ' Content-Length: 5']],
      ['a bare line feed', ['X-A: b\nContent-Length: 5']],
      ['a bare carriage return', ['X-A: b\rContent-Length: 5']],
      ['a null character', ['X-A: b\0c']],
      ['another host', ['Host: y']],
      ['another coding', ['Transfer-Encoding: gzip, chunked']],
      ['a name with a blank', ['X A: b']],
    ] as const
  ).map(
    ([name, headers]) =>
      [name, written({ method: 'POST', path: '/consumers', headers }, 'GET /'), [400]] as const,
  ),
  [
    'a chunk of no size',
    `${written({ method: 'POST', path: '/consumers', headers: ['Content-Type: application/json', 'Transfer-Encoding: chunked'] })}zz\r\n`,
    [400],
  ],
  [
    'a chunk of a size beyond all numbers',
    `${written({ method: 'POST', path: '/consumers', headers: ['Content-Type: application/json', 'Transfer-Encoding: chunked'] })}fffffffffffffffff\r\n`,
    [400],
  ],
  [
    'chunks in HTTP/1.0',
    'POST /consumers HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    [400],
  ],
  ['another version', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n', [400]],
  ['HTTP/2 without a question', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
  ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc', [400]],
  ['CONNECT', 'CONNECT x:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n', [405]],
  [
    'a target of another scheme',
    'GET file:///etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    [400],
  ],
  ['a path that leads up', written({ path: '/consumers/../../etc/passwd' }), [400, 404]],
  [
    'a path that leads up in a whole URL',
    written({ path: 'http://localhost/consumers/%2e%2e/orders' }),
    [400, 404],
  ],
  ['an asterisk', written({ path: '*' }), [400, 404]],
  ['an expectation', written({ headers: ['Expect: the-unexpected'] }), [417]],
  // Heads.
  ['a head that is too large', written({ headers: [`X-A: ${'a'.repeat(20_000)}`] }), [431]],
  ['very many headers', written({ headers: Array.from({ length: 4000 }, () => 'a:') }), [431]],
  ['a path that is too long', written({ path: `/${'a'.repeat(20_000)}` }), [431]],
  ['very many segments', written({ path: '/a'.repeat(7000) }), [404]],
  [
    'very many parameters',
    written({ path: `/consumers?${Array.from({ length: 2000 }, (_, at) => `a${at}`).join('&')}` }),
    [400],
  ],
  ['a parameter very often', written({ path: `/consumers?${'limit=1&'.repeat(1500)}` }), [400]],
  ['very many ids', written({ path: `/consumers?id=${'c-ada,'.repeat(2000)}c-ada` }), [200, 400]],
  [
    'a cursor that is deep',
    written({ path: `/consumers?cursor=${Buffer.from('['.repeat(8000)).toString('base64url')}` }),
    [400],
  ],
  [
    'very many paths of expand',
    written({
      path: `${CONSUMER}?expand=${Array.from({ length: 1000 }, (_, at) => `orders.a${at}`).join()}`,
    }),
    [400],
  ],
  ['a deep path of expand', written({ path: `${CONSUMER}?expand=${'orders.'.repeat(2000)}a` }), [400]],
  [
    'very many fields',
    written({ path: `${CONSUMER}?fields=${Array.from({ length: 2500 }, (_, at) => `a${at}`).join()}` }),
    [400],
  ],
  ...[
    'Accept',
    'Prefer',
    'If-None-Match',
    'Cookie',
    'Forwarded',
    'X-Forwarded-For',
    'Accept-Encoding',
    'Cache-Control',
    'Via',
    'traceparent',
    'Range',
  ].map(
    (name) =>
      [
        `a long list in ${name}`,
        written({ headers: [`${name}: ${'a/b;q=0.1,'.repeat(1400)}`] }),
        [200, 400, 406],
      ] as const,
  ),
  ['an Accept without end', written({ headers: [`Accept: ${'"'.repeat(14_000)}`] }), [400, 406]],
  // JSON.
  ...(
    [
      ['arrays', nested('[', ']', 5000)],
      ['objects', nested('{"a":', '}', 5000)],
      ['both', nested('[{"a":', '}]', 5000)],
      ['arrays without end', '['.repeat(LARGE)],
    ] as const
  ).flatMap(([name, text]) => [
    [`JSON of deep ${name}`, post(text), [400]] as const,
    [`a member of deep ${name}`, post(`{"name":${text},"email":"a@b.example"}`), [400]] as const,
    [
      `a merge patch of deep ${name}`,
      patch(`{"address":${text}}`, 'application/merge-patch+json'),
      [400],
    ] as const,
    [
      `a JSON patch of deep ${name}`,
      patch(`[{"op":"add","path":"/address","value":${text}}]`),
      [400],
    ] as const,
  ]),
  ['a member twice', post('{"name":"a","email":"a@b.example","name":"b"}'), [400]],
  ['a member twice, once in escapes', post('{"name":"a","email":"a@b.example","n\\u0061me":"b"}'), [400]],
  [
    'a merge patch with a member twice',
    patch('{"address":"a","address":"b"}', 'application/merge-patch+json'),
    [400],
  ],
  ['a JSON patch with a member twice', patch('[{"op":"test","op":"remove","path":"/address"}]'), [400]],
  ['JSON that is no UTF-8', post('{"name":"\x80"}'), [400]],
  ['JSON of another charset', post('{}', 'application/json; charset=utf-16'), [415]],
  ['JSON with a mark before it', post('\xef\xbb\xbf{}'), [400]],
  [
    'very many unknown members',
    post(`{${Array.from({ length: 50_000 }, (_, at) => `"a${at}":1`).join()}}`),
    [400],
  ],
  ['an unknown member with a very long name', post(`{"${'a'.repeat(900_000)}":1}`), [400]],
  ['a prototype', post('{"__proto__":{"name":"a"},"constructor":{"prototype":{"name":"b"}}}'), [400]],
  ['a very long text', post(JSON.stringify({ name: 'a'.repeat(900_000), email: 'a@b.example' })), [400]],
  ['a very long address', post(JSON.stringify({ name: 'a', email: `${'a.'.repeat(400_000)}@b` })), [400]],
  ['a body that is too large', post(JSON.stringify({ name: 'a'.repeat(2_000_000) })), [413]],
  ['a body where none is taken', sized({ method: 'GET' }, 'application/json', '{"a":1}'), [400]],
  [
    'a form with very many fields',
    post('a=1&'.repeat(200_000), 'application/x-www-form-urlencoded'),
    [413, 415],
  ],
  // Patches.
  ['copies that double a member that there is', patch(copies(99, '/address')), [400, 409, 413]],
  ['copies that double one that there is not', patch(copies(99, '/x')), [400]],
  ['more copies than a patch may have', patch(copies(200, '/address')), [400]],
  ['a patch of the prototype', patch('[{"op":"add","path":"/__proto__/a","value":1}]'), [400]],
  ['a patch of what is in a text', patch('[{"op":"add","path":"/name/0","value":1}]'), [409]],
  [
    'a patch with a very long path',
    patch(`[{"op":"add","path":"/address${'/a'.repeat(400_000)}","value":1}]`),
    [400, 409, 413],
  ],
];

describeSamples('A hostile request', () => {
  let system: Awaited<ReturnType<typeof startCountedSystem>>;

  beforeAll(async () => {
    system = await startCountedSystem();
  }, 60_000);
  afterAll(() => system.close());

  /** The URL of the service bypasses the gateway. */
  const urlOf = (place: 'gateway' | 'service') =>
    (place === 'gateway' ? system.url : system.services.consumers) as string;
  const others = async (): Promise<number[]> =>
    [
      await request(system.url).get('/restaurants'),
      await request(system.url).get(CONSUMER),
      await request(system.url).get('/health/live'),
    ].map(({ status }) => status);

  describe.each(['gateway', 'service'] as const)('to the %s', (place) => {
    it.each(REQUESTS)(
      'gets an expected status and does not affect other requests: %s',
      async (_name, bytes, expected) => {
        const before = process.cpuUsage();
        const { end } = rawClient(urlOf(place), Buffer.from(bytes, 'latin1'));
        const [status, ...more] = statusesOf(await end);
        expect(expected).toContain(status);
        expect(more).toEqual([]);
        expect((await end).length).toBeLessThan(64_000);
        const { user, system: kernel } = process.cpuUsage(before);
        expect(user + kernel).toBeLessThan(5_000_000);
        expect(await others()).toEqual([200, 200, 200]);
      },
    );

    it('of random bytes gets no 5xx and does not affect other requests', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.oneof(fc.constantFrom(...REQUESTS.map(([, bytes]) => bytes.slice(0, 2000))), fc.string()),
            {
              minLength: 1,
              maxLength: 4,
            },
          ),
          async (pieces) => {
            const client = rawClient(urlOf(place), Buffer.from(pieces.join(''), 'latin1'));
            client.socket.end();
            expect(statusesOf(await client.end).filter((status) => status >= 500)).toEqual([]);
          },
        ),
        { numRuns: 100 },
      );
      const { end } = rawClient(urlOf(place), randomBytes(65_536));
      expect(statusesOf(await end)).toEqual([400]);
      expect(await others()).toEqual([200, 200, 200]);
    });

    it('that is repeated opens no circuit', async () => {
      const worst = REQUESTS.filter(([name]) => /deep|double|twice/.test(name));
      for (let round = 0; round < 3; round++)
        await Promise.all(
          worst.map(([, bytes]) => rawClient(urlOf(place), Buffer.from(bytes, 'latin1')).end),
        );
      expect(await others()).toEqual([200, 200, 200]);
    });
  });
});
