/** Every way to an operation asks for the same credentials, and no private byte goes to anybody else. */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { makeKey, startIssuer, type TestIssuer } from '../../security/jwt/issuer.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { authors, books } from '../../support/graph.ts';
import { rawClient, statusesOf } from '../../support/raw-client.ts';

const HAL = 'application/hal+json';
const SECRET = 'private-to-ada';
const PUBLIC_BOOKS: readonly string[] = ['getBook', 'listBooks'];

/** Books may be read by all; everything about authors, and burning a book, needs a scope. */
function documents(): Record<string, OpenAPIObject> {
  const securitySchemes = { oauth: { type: 'oauth2', flows: {} } };
  return Object.fromEntries(
    [authors, books].map((contract) => {
      const document = structuredClone(contractDocument(contract, formats)) as unknown as {
        paths: Record<string, Record<string, { operationId: string; security?: unknown }>>;
        components: object;
      };
      for (const item of Object.values(document.paths))
        for (const operation of Object.values(item))
          operation.security = PUBLIC_BOOKS.includes(operation.operationId) ? [] : [{ oauth: ['private'] }];
      return [
        contract.service,
        { ...document, components: { ...document.components, securitySchemes } } as never,
      ];
    }),
  );
}

const key = makeKey('ES256', 'one');
const foreignKey = makeKey('ES256', 'one');
let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await startIssuer(key);
});
afterAll(() => issuer.stop());

/** The value of `Authorization` by kind of fault; undefined for none. */
const CREDENTIALS = {
  none: () => undefined,
  'not a token': () => 'Bearer abc',
  'an empty token': () => 'Bearer ',
  'another HTTP scheme': () => `Basic ${Buffer.from('ada:ada').toString('base64')}`,
  'a token with a forged signature': () => `Bearer ${issuer.token({ scope: 'private' }, {}, foreignKey)}`,
  'a token without a signature': () => `Bearer ${issuer.token({ scope: 'private' }).replace(/[^.]*$/, '')}`,
  'a token with alg none': () => `Bearer ${issuer.token({ scope: 'private' }, { alg: 'none' })}`,
  'an expired token': () => `Bearer ${issuer.token({ scope: 'private', exp: 1 })}`,
  'a token that is not valid yet': () => `Bearer ${issuer.token({ scope: 'private', nbf: 4e9 })}`,
  'a token for another audience': () => `Bearer ${issuer.token({ scope: 'private', aud: 'other' })}`,
  'a token of another issuer': () =>
    `Bearer ${issuer.token({ scope: 'private', iss: 'https://evil.example' })}`,
  'an ID token': () => `Bearer ${issuer.token({ scope: 'private' }, { typ: 'JWT' })}`,
  'a token without the scope': () => `Bearer ${issuer.token({ scope: 'privat private2' })}`,
  'a token with the scope': () => `Bearer ${issuer.token({ scope: 'a private b' })}`,
} satisfies Record<string, () => string | undefined>;

const RIGHT = 'a token with the scope';

/** A request line, with what a part of the response reveals if it is refused. */
interface Way {
  readonly line: (gateway: TestGateway) => string;
  /** Whether the request itself is for a public operation, and a part of its response is private. */
  readonly isPart?: boolean;
  /** Whether the response has a body. */
  readonly hasBody?: boolean;
}

const WAYS: Record<string, Way> = {
  GET: { line: () => 'GET /authors/a' },
  HEAD: { line: () => 'HEAD /authors/a', hasBody: false },
  'a query': { line: () => 'GET /authors?id=a' },
  'an absolute target': { line: ({ url }) => `GET ${url}/authors/a` },
  'an encoded path': { line: () => 'GET /%61uthors/%61' },
  'a part of an expansion': { line: () => 'GET /books/1?expand=author', isPart: true },
  'a part of a page': { line: () => 'GET /books?expand=author', isPart: true },
  'fields that need an expansion': { line: () => 'GET /books/1?expand=author&fields=author', isPart: true },
};

async function library(): Promise<TestGateway> {
  const gateway = await startGateway(documents(), {
    config: `authentication: { schemes: { oauth: { issuer: "https://idp.example", audience: [orders] } } }`,
    service: 'cache: on',
    verifiers: new Map([['oauth', issuer.verifier()]]),
  });
  const author = (id: string) => ({ id, name: SECRET, _links: { self: { href: `/authors/${id}` } } });
  const book = (id: string) => ({
    id,
    authorId: 'a',
    chapters: [],
    _links: { self: { href: `/books/${id}` }, author: { href: '/authors/a' } },
  });
  const { authors: authorService, books: bookService } = gateway.services;
  if (!authorService || !bookService) throw new Error('no services');
  const send = (res: ServerResponse, body: unknown) =>
    // Only a gateway that knows the caller may store this.
    res
      .writeHead(200, { 'Content-Type': HAL, 'Cache-Control': 'public, max-age=60' })
      .end(JSON.stringify(body));
  authorService.respond = (req, res) =>
    send(
      res,
      req.url?.startsWith('/authors?') ? { _links: {}, _embedded: { item: [author('a')] } } : author('a'),
    );
  bookService.respond = (req, res) =>
    send(
      res,
      req.url?.startsWith('/books/')
        ? book('1')
        : { _links: { self: { href: '/books' } }, _embedded: { item: [book('1'), book('2')] } },
    );
  return gateway;
}

async function ask(gateway: TestGateway, line: string, authorization: string | undefined): Promise<string> {
  const credentials = authorization === undefined ? '' : `Authorization: ${authorization}\r\n`;
  return rawClient(
    gateway.url,
    `${line} HTTP/1.1\r\nHost: localhost\r\nAccept: ${HAL}\r\n${credentials}Connection: close\r\n\r\n`,
  ).end;
}

const expectedStatus = (name: string): number => {
  if (name === RIGHT) return 200;
  return name === 'a token without the scope' ? 403 : 401;
};

let gateway: TestGateway | undefined;

describe.each(Object.entries(WAYS))('By %s', (_way, { line, isPart = false, hasBody = true }) => {
  it('Each kind of credentials gets what it may, before and after a permitted response was cached', async () => {
    for (const name of [...Object.keys(CREDENTIALS), ...Object.keys(CREDENTIALS)]) {
      // A gateway of its own would hide what the cache gives away, so all use one.
      gateway ??= await library();
      const text = await ask(gateway, line(gateway), CREDENTIALS[name as keyof typeof CREDENTIALS]());
      const isRight = name === RIGHT;
      expect([name, statusesOf(text)]).toEqual([name, [isPart ? 200 : expectedStatus(name)]]);
      expect([name, text.includes(SECRET)]).toEqual([name, isRight && hasBody]);
      if (isPart && !isRight) expect(text).toContain(`"status":${expectedStatus(name)}`);
      if (!isPart && !isRight) expect(text).toMatch(/^www-authenticate: Bearer realm=/im);
    }
    gateway = undefined;
  });
});

it('With handling=strict, a part that the caller may not read fails the whole', async () => {
  const { url } = await library();
  const response = await fetch(`${url}/books/1?expand=author`, {
    headers: {
      Accept: HAL,
      Prefer: 'handling=strict',
      Authorization: `Bearer ${issuer.token({ scope: 'x' })}`,
    },
  });
  expect(await response.text()).not.toContain(SECRET);
  expect(response.status).toBeGreaterThanOrEqual(400);
});

it('OPTIONS and CORS preflights need no credentials, and reveal no more than the document', async () => {
  const { url } = await library();
  const options = await fetch(`${url}/authors/a`, { method: 'OPTIONS' });
  expect([options.status, await options.text()]).toEqual([204, '']);
});

it('Callers that share a flight get a response each', async () => {
  const current = await library();
  const { authors: service } = current.services;
  if (!service) throw new Error('no service');
  const waiting: (() => void)[] = [];
  service.respond = (req, res) => {
    const body = JSON.stringify({ id: 'a', seen: req.headers.authorization, _links: {} });
    waiting.push(() => res.writeHead(200, { 'Content-Type': HAL, 'Cache-Control': 'max-age=60' }).end(body));
    if (waiting.length === 2) for (const respond of waiting) respond();
  };
  const tokens = ['ada', 'bob'].map((sub) => `Bearer ${issuer.token({ sub, scope: 'private' })}`);
  const texts = await Promise.all(tokens.map((token) => ask(current, 'GET /authors/a', token)));
  for (const [index, token] of tokens.entries()) expect(texts[index]).toContain(token);
});

it('The operations of other services are not affected while the issuer does not respond', async () => {
  const away = await startIssuer(key);
  await away.stop();
  const current = await startGateway(documents(), {
    config: `authentication: { schemes: { oauth: { issuer: "https://idp.example", audience: [orders] } } }`,
    verifiers: new Map([['oauth', issuer.verifier({ jwksUri: `${away.issuer}/jwks` })]]),
  });
  const token = `Bearer ${issuer.token({ scope: 'private' })}`;
  const refused = await ask(current, 'GET /authors/a', token);
  expect(statusesOf(refused)).toEqual([503]);
  expect(refused).toContain('/problems/authentication-unavailable');
  expect(statusesOf(await ask(current, 'GET /books/1', token))).toEqual([200]);
});
