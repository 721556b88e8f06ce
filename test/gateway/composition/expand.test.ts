import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { authors, books } from '../../support/graph.ts';
import { meaning } from '../../support/json-texts.ts';
import { CUT_QUERIES, NOTE, notesApart, PERSON } from '../../support/notes.ts';

type Json = Record<string, unknown>;

const HAL = 'application/hal+json';
const book = (id: string, authorId: string, more: Json = {}): Json => ({
  id,
  authorId,
  chapters: [],
  _links: { self: { href: `/books/${id}` }, author: { href: `/authors/${authorId}` } },
  ...more,
});
const author = (id: string, more: Json = {}): Json => ({
  id,
  _links: { self: { href: `/authors/${id}` }, books: { href: `/books?authorId=${id}` } },
  ...more,
});

/** Responds from a table of path and query to body; other requests get a problem. */
const serve =
  (bodies: Record<string, Json>, headers: Record<string, string> = {}) =>
  (req: IncomingMessage, res: ServerResponse): void => {
    const body = bodies[req.url ?? ''];
    if (body === undefined) {
      const problem = { type: '/problems/not-found', title: 'Not found', status: 404, detail: 'Gone.' };
      res.writeHead(404, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(problem));
      return;
    }
    res.writeHead(200, { 'Content-Type': HAL, ETag: '"plain"', 'Cache-Control': 'max-age=60', ...headers });
    res.end(JSON.stringify(body));
  };

const documents = { authors: contractDocument(authors, formats), books: contractDocument(books, formats) };

async function library(
  bodies: { authors?: Record<string, Json>; books?: Record<string, Json> },
  config = '',
  service = '',
): Promise<TestGateway> {
  const gateway = await startGateway(documents, { config, service });
  for (const name of ['authors', 'books'] as const) {
    const { [name]: upstream } = gateway.services;
    if (upstream) upstream.respond = serve(bodies[name] ?? {});
  }
  return gateway;
}

const urlsOf = (gateway: TestGateway, service: string) =>
  gateway.services[service]?.requests.map(({ url }) => url) ?? [];

describe('expand', () => {
  it.each(['authors', 'books'])(
    'Repeated requests of one client open no circuit of %s for other clients',
    async (failing) => {
      const gateway = await library(
        { books: { '/books/b1': book('b1', 'a1') }, authors: { '/authors/a1': author('a1') } },
        'trustProxy: true\npolicy: { retry: off, breaker: { kind: consecutive, failures: 2 } }',
      );
      const { [failing]: service } = gateway.services;
      const well = service?.respond;
      if (!service || !well) throw new Error('there is one');
      const expand = (address: string) =>
        request(gateway.url).get('/books/b1?expand=author').set('X-Forwarded-For', address);
      service.respond = (_req, res) => res.writeHead(503).end();
      for (let i = 0; i < 3; i++) await expand('192.0.2.1');
      expect(service.requests).toHaveLength(2);
      service.respond = well;
      const { body } = await expand('192.0.2.2').expect(200);
      expect(body._embedded.author.id).toBe('a1');
      expect((await expand('192.0.2.1')).text).toContain('circuit-open');
      expect(service.requests).toHaveLength(3);
    },
  );

  it('Embedded resources have the deadline of the composed response', async () => {
    const gateway = await library(
      { books: { '/books/1': book('1', 'a') }, authors: { '/authors/a': author('a') } },
      'policy: { attemptTimeout: 9s }\nlimits: { expand: { deadline: 2s } }',
    );
    const { body } = await request(gateway.url).get('/books/1?expand=author').set('Accept', HAL);
    expect(body._embedded.author.id).toBe('a');
    const left = (name: string) =>
      Number(gateway.services[name]?.requests[0]?.headers['x-envoy-expected-rq-timeout-ms']);
    expect(left('books')).toBe(9000);
    expect(left('authors')).toBeGreaterThan(0);
    expect(left('authors')).toBeLessThanOrEqual(2000);
  });

  it('The gateway removes relations to other services from the query and forwards the rest', async () => {
    const gateway = await library({
      books: { '/books/1?expand=chapters': book('1', 'a', { _embedded: { chapters: [{ id: 'one' }] } }) },
      authors: { '/authors/a': author('a') },
    });
    const { body } = await request(gateway.url).get('/books/1?expand=author,chapters').expect(200);
    expect(body).toEqual(book('1', 'a', { _embedded: { chapters: [{ id: 'one' }], author: author('a') } }));
    expect(urlsOf(gateway, 'books')).toEqual(['/books/1?expand=chapters']);
  });

  it.each([HAL, 'application/prs.hal-forms+json', 'application/json', 'application/vnd.siren+json'])(
    'Values of services that send %s themselves are embedded as they were sent',
    async (type) => {
      const gateway = await library({});
      const { authors: authorService, books: bookService } = gateway.services;
      const sent = (text: string) => (_req: IncomingMessage, res: ServerResponse) =>
        void res.writeHead(200, { 'Content-Type': type }).end(text);
      const numbers = '"big":9007199254740993, "2":1.10, "1":-0, "one":1, "one":2,"ü":"\\u00e9"';
      const person = `{${numbers},"_links":{"self":{"href":"/authors/a"}}}`;
      const isSiren = type.includes('siren');
      const properties = isSiren ? `"properties":{${numbers}}` : numbers;
      const links = isSiren
        ? '"links":[{"rel":["author"],"href":"/authors/a"}]'
        : '"_links":{"author":{"href":"/authors/a"}}';
      if (bookService) bookService.respond = sent(`{${properties},${links}}`);
      if (authorService) authorService.respond = sent(isSiren ? `{${properties}}` : person);
      const { text } = await request(gateway.url)
        .get('/books/1?expand=author')
        .set('Accept', type)
        .buffer()
        .parse((res, done) => {
          const chunks: Buffer[] = [];
          res.on('data', (chunk: Buffer) => chunks.push(chunk));
          res.on('end', () => done(null, Buffer.concat(chunks)));
        })
        .then(({ body }) => ({ text: body.toString() as string }));
      if (isSiren) expect(meaning(text).split(meaning(`{${numbers}}`).slice(0, -1))).toHaveLength(3);
      else expect(text).toBe(`{${numbers},${links},"_embedded":{"author":${person}}}`);
    },
  );

  it('The gateway forwards expansions that the service supports itself', async () => {
    const gateway = await library({ books: { '/books/1?expand=chapters': book('1', 'a') } });
    const { headers } = await request(gateway.url).get('/books/1?expand=chapters').expect(200);
    expect(headers.etag).toBe('"plain"');
  });

  it('expand fetches a target once for a page and nests across services', async () => {
    const page = {
      _links: { self: { href: '/books' } },
      _embedded: { item: [book('1', 'a'), book('2', 'a')] },
    };
    const listed = { _links: { self: { href: '/books?authorId=a' } }, _embedded: { item: [book('7', 'a')] } };
    const gateway = await library({
      books: { '/books': page, '/books?authorId=a': listed },
      authors: { '/authors/a': author('a') },
    });
    const { body } = await request(gateway.url).get('/books?expand=author.books').expect(200);
    expect(urlsOf(gateway, 'authors')).toEqual(['/authors/a']);
    expect(urlsOf(gateway, 'books')).toEqual(['/books', '/books?authorId=a']);
    for (const item of body._embedded.item) expect(item._embedded.author._embedded.books).toEqual(listed);
  });

  it('expand sends the credentials of the client for every embedded resource', async () => {
    const gateway = await library({
      books: { '/books/1': book('1', 'a') },
      authors: { '/authors/a': author('a') },
    });
    await request(gateway.url)
      .get('/books/1?expand=author')
      .set('Authorization', 'Bearer t')
      .set('X-Request-Id', 'r-1')
      .set('If-None-Match', '"plain"')
      .accept(HAL)
      .expect(200);
    const [part] = gateway.services.authors?.requests ?? [];
    expect(part?.headers).toMatchObject({ authorization: 'Bearer t', 'x-request-id': 'r-1', accept: HAL });
    expect(part?.headers['if-none-match']).toBeUndefined();
  });

  it('expand omits a failed resource, lists it, and makes the response uncacheable', async () => {
    const gateway = await library({ books: { '/books/1': book('1', 'a') } });
    await gateway.services.authors?.stop();
    const { body, headers } = await request(gateway.url).get('/books/1?expand=author').expect(200);
    expect(body).toEqual({
      ...book('1', 'a'),
      _expandErrors: [
        {
          path: 'author',
          href: '/authors/a',
          problem: expect.objectContaining({ type: '/problems/service-unreachable' }),
        },
      ],
    });
    expect(headers['cache-control']).toBe('no-store');
  });

  it.each([
    ['as it is', ''],
    ['with public URLs', 'ownUrls: ["http://inner.example"]'],
  ])('expand omits a resource that is nested too deeply, %s', async (_how, service) => {
    const gateway = await library({ books: { '/books/1': book('1', 'a') } }, '', service);
    const deep = `{"id":"a","deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const { authors: upstream } = gateway.services;
    if (upstream) upstream.respond = (_req, res) => res.writeHead(200, { 'Content-Type': HAL }).end(deep);
    const { body } = await request(gateway.url).get('/books/1?expand=author').set('Accept', HAL).expect(200);
    expect(body._embedded?.author).toBeUndefined();
    expect(body._expandErrors).toMatchObject([
      { path: 'author', problem: { type: '/problems/bad-gateway', detail: expect.stringMatching(/deep/) } },
    ]);
  });

  it('A failure of the primary resource is forwarded unchanged', async () => {
    const gateway = await library({});
    const { body } = await request(gateway.url).get('/books/9?expand=author').expect(404);
    expect(body).toEqual({
      type: '/problems/not-found',
      title: 'Not found',
      status: 404,
      detail: 'Gone.',
    });
  });

  it('An invalid expand is rejected with the allowed values before any call', async () => {
    const gateway = await library({});
    const { body } = await request(gateway.url).get('/books/1?expand=autor').expect(400);
    expect(body).toMatchObject({ type: '/problems/expand-unknown', path: 'autor', nearest: 'author' });
    expect(body.allowed).toEqual(['author', 'chapters']);
    expect(gateway.services.books?.requests).toEqual([]);
  });

  it('The entity tag changes with any embedded resource', async () => {
    const parts = { '/authors/a': author('a') };
    const gateway = await library({ books: { '/books/1': book('1', 'a') }, authors: parts });
    const get = () => request(gateway.url).get('/books/1?expand=author');
    const { headers } = await get().expect(200);
    expect(headers['cache-control']).toBe('max-age=60');
    await get()
      .set('If-None-Match', headers.etag ?? '')
      .expect(304);
    parts['/authors/a'] = author('a', { name: 'Changed' });
    await get()
      .set('If-None-Match', headers.etag ?? '')
      .expect(200);
    const head = await request(gateway.url).head('/books/1?expand=author').expect(200);
    expect(head.headers.etag).toMatch(/^"/);
  });

  it('expand does not embed a resource that the client may not read', async () => {
    const gateway = await library({ books: { '/books/1': book('1', 'a') } });
    const { authors: service } = gateway.services;
    const forbidden = { type: '/problems/forbidden', title: 'Not yours', status: 403 };
    if (service)
      service.respond = (_req, res) =>
        void res
          .writeHead(403, { 'Content-Type': 'application/problem+json' })
          .end(JSON.stringify(forbidden));
    const { body, headers } = await request(gateway.url).get('/books/1?expand=author').expect(200);
    expect(body).toEqual({
      ...book('1', 'a'),
      _expandErrors: [{ path: 'author', href: '/authors/a', problem: forbidden }],
    });
    expect(headers['cache-control']).toBe('no-store');
  });

  it('The freshness of the response is the minimum of all parts, and it is private if one part is', async () => {
    const gateway = await library({ books: { '/books/1': book('1', 'a') } });
    const { authors: service } = gateway.services;
    for (const [part, whole] of [
      ['max-age=300', 'max-age=60'],
      ['max-age=5', 'max-age=5'],
      ['private, max-age=7', 'private, max-age=7'],
      ['private, no-cache', 'private, no-cache'],
      ['no-store', 'no-store'],
    ] as const) {
      if (service) service.respond = serve({ '/authors/a': author('a') }, { 'Cache-Control': part });
      const { headers } = await request(gateway.url).get('/books/1?expand=author').expect(200);
      expect(headers['cache-control']).toBe(whole);
    }
  });

  it('In strict mode, a failed resource fails the whole response', async () => {
    const gateway = await library({
      books: { '/books/1': book('1', 'a') },
      authors: { '/authors/a': author('a') },
    });
    const get = () => request(gateway.url).get('/books/1?expand=author').set('Prefer', 'handling=strict');
    expect((await get().expect(200)).headers['preference-applied']).toBe('handling=strict');
    await gateway.services.authors?.stop();
    const { body, headers } = await get().expect(503);
    expect(headers['preference-applied']).toBe('handling=strict');
    expect(body).toMatchObject({
      type: '/problems/service-unreachable',
      _expandErrors: [{ path: 'author', href: '/authors/a', problem: { status: 503 } }],
    });
  });

  it('At the deadline, the response contains the resources that have arrived', async () => {
    const gateway = await library(
      { books: { '/books/1': book('1', 'a') } },
      'limits: { expand: { deadline: 50ms } }',
    );
    // The service never responds.
    if (gateway.services.authors) gateway.services.authors.respond = () => {};
    const { body } = await request(gateway.url).get('/books/1?expand=author').expect(200);
    expect(body).toMatchObject({ id: '1', _expandErrors: [{ path: 'author', problem: { status: 504 } }] });
  });

  it.each([
    ['depth', 'depth: 1', 'author.books', { depth: 1 }],
    ['paths', 'paths: 1', 'author,chapters', { paths: 1 }],
    ['resources', 'resources: 1', 'author', { resources: 1 }],
    ['embeds', 'embeds: 1', 'author', { embeds: 1 }],
  ])(
    'An expansion over the limit of %s is rejected, and the limit is named',
    async (_, limits, paths, limit) => {
      const items = [book('1', 'a'), book('2', 'b')];
      const gateway = await library(
        { books: { '/books': { _links: { self: { href: '/books' } }, _embedded: { item: items } } } },
        `limits: { expand: { ${limits} } }`,
      );
      const { body } = await request(gateway.url).get(`/books?expand=${paths}`).expect(400);
      expect(body).toMatchObject({ type: '/problems/expand-limit', limit });
      expect(gateway.services.authors?.requests).toEqual([]);
    },
  );

  describe('An expansion with too many bytes', () => {
    const text = 'x'.repeat(3000);
    const listed = (count: number) => ({
      _links: { self: { href: '/books' } },
      _embedded: { item: Array.from({ length: count }, (_, n) => book(`${n}`, 'a')) },
    });
    const limits = 'limits: { expand: { bytes: 10kb } }';

    it('An expansion is rejected if its parts are too large together', async () => {
      const authorsOf = { '/authors/a': author('a', { text }) };
      const gateway = await library({ books: { '/books': listed(4) }, authors: authorsOf }, limits);
      const { body } = await request(gateway.url).get('/books?expand=author').expect(400);
      expect(body).toMatchObject({ type: '/problems/expand-limit', limit: { bytes: 10_240 } });
      const three = await library({ books: { '/books': listed(3) }, authors: authorsOf }, limits);
      const { body: whole } = await request(three.url).get('/books?expand=author').expect(200);
      for (const item of whole._embedded.item) expect(item._embedded.author.text).toBe(text);
    });

    it('An expansion omits a part that is too large by itself', async () => {
      const large = author('a', { text: text.repeat(4) });
      const gateway = await library(
        { books: { '/books': listed(2) }, authors: { '/authors/a': large } },
        limits,
      );
      const { body } = await request(gateway.url).get('/books?expand=author').expect(200);
      expect(body._embedded.item).toHaveLength(2);
      expect(body._expandErrors).toMatchObject([
        {
          path: 'author',
          href: '/authors/a',
          problem: { status: 502, detail: expect.stringMatching(/10240/) },
        },
      ]);
      await request(gateway.url).get('/books?expand=author').set('Prefer', 'handling=strict').expect(502);
    });

    it('An expansion is rejected if the primary resource is too large', async () => {
      const gateway = await library(
        { books: { '/books/1': book('1', 'a', { text: text.repeat(4) }) } },
        limits,
      );
      const { body } = await request(gateway.url).get('/books/1?expand=author').expect(400);
      expect(body).toMatchObject({ type: '/problems/expand-limit', limit: { bytes: 10_240 } });
      await request(gateway.url).get('/books/1').expect(200);
    });
  });

  it('Links in the Link header of a service keep the selection', async () => {
    const listed = {
      _links: { self: { href: '/books' }, next: { href: '/books?cursor=2' } },
      _embedded: { item: [book('1', 'a')] },
    };
    const gateway = await library({ authors: { '/authors/a': author('a') } });
    const { books: service } = gateway.services;
    const Link = '</books?cursor=2>; rel="next last"; title="Two, three", <https://x.example/>;rel=license';
    if (service) service.respond = serve({ '/books': listed }, { Link });
    const { headers } = await request(gateway.url).get('/books?expand=author').expect(200);
    const selectedLink = Link.replace('cursor=2', 'cursor=2&expand=author');
    expect(headers.link?.startsWith(`${selectedLink}, `)).toBe(true);
    expect(headers.link?.match(/rel="?next/g)).toHaveLength(1);
  });

  it('expand does not change large numbers', async () => {
    const gateway = await library({});
    const exact = (id: string, more: string) =>
      `{"id":"${id}","n":12345678901234567890,"z":-0,"2":1.10,"1":1${more}`;
    for (const [name, text] of Object.entries({
      books: exact('1', ',"_links":{"self":{"href":"/books/1"},"author":{"href":"/authors/a","title":"A"}}}'),
      authors: exact('a', '}'),
    })) {
      const { [name]: service } = gateway.services;
      if (service) service.respond = (_req, res) => res.writeHead(200, { 'Content-Type': HAL }).end(text);
    }
    const { text } = await request(gateway.url)
      .get('/books/1?expand=author')
      .set('Accept', HAL)
      .buffer(true)
      .expect(200);
    expect(text).toBe(
      exact(
        '1',
        `,"_links":{"self":{"href":"/books/1"},"author":{"href":"/authors/a","title":"A"}},"_embedded":{"author":${exact('a', '}')}}}`,
      ),
    );
  });

  it('An expanded list is the first page with its own next link, and page links keep the selection', async () => {
    const listed = {
      total: 41,
      _links: { self: { href: '/books?authorId=a' }, next: { href: '/books?authorId=a&cursor=2' } },
      _embedded: { item: [book('7', 'a')] },
    };
    const page = {
      _links: { self: { href: '/authors' }, next: { href: '/authors?cursor=x' } },
      _embedded: { item: [author('a')] },
    };
    const gateway = await library({ authors: { '/authors': page }, books: { '/books?authorId=a': listed } });
    const { body } = await request(gateway.url).get('/authors?expand=books').expect(200);
    expect(body._embedded.item[0]._embedded.books).toEqual(listed);
    expect(body._links.next.href).toBe('/authors?cursor=x&expand=books');
  });

  it('expand ends a cycle with the link', async () => {
    const listed = { _links: { self: { href: '/books?authorId=a' } }, _embedded: { item: [book('1', 'a')] } };
    const gateway = await library({
      books: { '/books/1': book('1', 'a'), '/books?authorId=a': listed },
      authors: { '/authors/a': author('a') },
    });
    const { body } = await request(gateway.url).get('/books/1?expand=author.books.author').expect(200);
    const [inner] = body._embedded.author._embedded.books._embedded.item;
    expect(inner).toEqual(book('1', 'a'));
    expect(body._expandErrors).toBeUndefined();
    expect(urlsOf(gateway, 'authors')).toEqual(['/authors/a']);
  });

  it('expand works if a service sends invalid HAL', async () => {
    const broken = {
      _links: ['x', null],
      _embedded: { item: [null, 1, { _links: 3 }], author: 'x' },
      _expandErrors: {},
    };
    const gateway = await library({ books: { '/books': broken }, authors: {} });
    for (const type of [HAL, 'application/prs.hal-forms+json', 'text/html', 'application/vnd.siren+json'])
      await request(gateway.url).get('/books?expand=author').accept(type).expect(200);
  });

  it('Invalid JSON of the primary resource leads to 502', async () => {
    const gateway = await library({});
    const { books: service } = gateway.services;
    if (service)
      service.respond = (_req, res) => void res.writeHead(200, { 'Content-Type': HAL }).end('{"id":');
    const { body } = await request(gateway.url).get('/books/1?expand=author').expect(502);
    expect(body.type).toBe('/problems/bad-gateway');
  });
});

it.each(CUT_QUERIES)(
  'The response to ?%s has the requested expansions in each place',
  async (query, writer, reader) => {
    const person = { href: '/people/ada' };
    const { url, services } = await startGateway(notesApart());
    if (services.notes)
      services.notes.respond = serve({
        '/notes/n1': { ...NOTE, _links: { self: { href: '/notes/n1' }, writer: person, reader: person } },
      });
    if (services.people)
      services.people.respond = serve({ '/people/ada': { ...PERSON, _links: { self: person } } });
    const { body } = await request(url).get(`/notes/n1?${query}`).accept('application/hal+json').expect(200);
    const { _embedded: parts = {} } = body;
    const state = (part?: { _links?: object }) => part && (({ _links, ...own }) => own)(part);
    expect([state(parts.writer), state(parts.reader)]).toEqual([writer, reader]);
  },
);
