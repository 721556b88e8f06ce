import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { addCodingToTag } from '../../../src/http/body/compression.ts';
import { document, startGateway, type TestGatewayOptions } from '../../support/gateway.ts';
import { type LibraryResponses, libraryDocument, libraryHandler } from '../../support/library.ts';

const HAL = 'application/hal+json';
const ann = { id: 'ann', name: 'Ann' };
const bob = { id: 'bob', name: 'Bob' };
const book = (id: string, author = ann) => ({ id, title: `Title ${id}`, author: { id: author.id } });

const bookLinks = (id: string, author: string) => ({
  self: { href: `/books/${id}` },
  author: { href: `/authors/${author}` },
  lend: { href: `/books/${id}/lend` },
});
const authorLinks = (id: string) => ({
  self: { href: `/authors/${id}` },
  books: { href: `/books?authorId=${id}` },
});
/** An author inside a book is lifted as well. */
const linked = (id: string, author: string, more: object = {}) => ({
  id,
  title: `Title ${id}`,
  author: { id: author, _links: authorLinks(author) },
  _links: bookLinks(id, author),
  ...more,
});

/** The raw body, whatever its media type. */
const textOf = (res: NodeJS.EventEmitter, done: (error: Error | null, body: string) => void) => {
  let text = '';
  res.on('data', (chunk) => {
    text += chunk;
  });
  res.on('end', () => done(null, text));
};

async function library(
  responses: LibraryResponses,
  headers?: Record<string, string>,
  options?: TestGatewayOptions,
) {
  const gateway = await startGateway({ library: libraryDocument() }, options);
  const { library: service } = gateway.services;
  if (service === undefined) throw new Error('no service');
  service.respond = libraryHandler(responses, headers);
  return {
    service,
    url: gateway.url,
    get: (path: string) => request(gateway.url).get(path),
    requested: () => service.requests.map(({ method, url }) => `${method} ${url}`),
  };
}

describe('A service that does not write links', () => {
  it('An item gets links from the document', async () => {
    const { get } = await library({ '/books/1': book('1') });
    const { body, headers } = await get('/books/1').expect(200);
    expect(body).toEqual(linked('1', 'ann'));
    expect(headers['content-type']).toBe('application/json');
    expect(headers.vary).toContain('Accept');
    expect(headers.link).toContain('</books/1>; rel="self"');
  });

  it('Every item of a list gets links, and the list is otherwise unchanged', async () => {
    const { get } = await library({
      '/books': [book('1'), book('2', bob), null],
      '/authors': { count: 2, data: [ann, bob], links: {} },
    });
    expect((await get('/books').expect(200)).body).toEqual([linked('1', 'ann'), linked('2', 'bob'), null]);
    expect((await get('/authors').expect(200)).body).toEqual({
      count: 2,
      data: [
        { ...ann, _links: authorLinks('ann') },
        { ...bob, _links: authorLinks('bob') },
      ],
      links: {},
      _links: { self: { href: '/authors' } },
    });
  });

  it('A link with missing values is omitted', async () => {
    const { get } = await library({ '/books/1': { id: '1', title: 'No author' } });
    const { body } = await get('/books/1').expect(200);
    expect(Object.keys(body._links)).toEqual(['self', 'lend']);
  });

  it('A link to a collection is omitted if its filter has no value', async () => {
    const { get } = await library({ '/books/1': book('1'), '/books/2': { ...book('2'), readerId: 'bob' } });
    expect((await get('/books/1')).body._links).not.toHaveProperty('alike');
    const { body } = await get('/books/2').expect(200);
    expect(body._links.alike).toEqual({ href: '/books?authorId=bob' });
    const document = libraryDocument();
    const found = document.paths?.['/books/{bookId}']?.get?.responses?.[200];
    Object.assign(found.links, { shelf: { operationId: 'listAuthors' } });
    const gateway = await startGateway({ library: document });
    if (gateway.services.library)
      gateway.services.library.respond = libraryHandler({ '/books/1': book('1') });
    const { body: other } = await request(gateway.url).get('/books/1');
    expect(other._links.shelf).toEqual({ href: '/authors' });
  });

  it('Links use values of the path with any characters', async () => {
    const document = libraryDocument();
    const found = document.paths?.['/books/{bookId}']?.get?.responses?.[200];
    Object.assign(found.links, {
      burn: { operationId: 'lendBook', parameters: { bookId: '$request.path.bookId' } },
    });
    const gateway = await startGateway({ library: document });
    const { library: service } = gateway.services;
    if (service === undefined) throw new Error('no service');
    service.respond = (_req, res) =>
      res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"id":"x"}');
    for (const id of ['a%20b', '%C3%BC%2F', 'a+b', '%25']) {
      const { body } = await request(gateway.url).get(`/books/${id}`).expect(200);
      const { href } = body._links.burn;
      expect(decodeURIComponent(href)).toBe(decodeURIComponent(`/books/${id}/lend`));
      await request(gateway.url).post(href);
      expect(decodeURIComponent(service.requests.at(-1)?.url ?? '')).toBe(
        decodeURIComponent(`/books/${id}/lend`),
      );
    }
  });

  it('A lifted resource is available in every format', async () => {
    const { get } = await library({ '/books': [book('1')], '/books/1': book('1') });
    const page = await get('/books').accept(HAL).expect(200);
    expect(page.body).toEqual({
      _links: { self: { href: '/books' } },
      _embedded: { item: [linked('1', 'ann')] },
    });
    const forms = await get('/books/1').accept('application/prs.hal-forms+json').expect(200);
    expect(forms.headers['content-type']).toBe('application/prs.hal-forms+json');
    expect(forms.body._templates.lend).toMatchObject({ method: 'POST', target: '/books/1/lend' });
    const siren = await get('/books/1').accept('application/vnd.siren+json').expect(200);
    expect(siren.body.class).toEqual(['Book']);
    const html = await get('/books').accept('text/html').expect(200);
    expect(html.text).toContain('href="/books/1"');
    expect(html.headers['content-security-policy']).toBeDefined();
  });

  it('Lifted resources are expanded, with each target once and many in one call', async () => {
    const { get, requested } = await library({
      '/books': [book('1'), book('2', bob), book('3')],
      '/authors?id=ann&id=bob': { data: [ann, bob] },
    });
    const { body } = await get('/books?expand=author').expect(200);
    const part = (one: typeof ann) => ({ _embedded: { author: { ...one, _links: authorLinks(one.id) } } });
    expect(body).toEqual([
      linked('1', 'ann', part(ann)),
      linked('2', 'bob', part(bob)),
      linked('3', 'ann', part(ann)),
    ]);
    expect(requested()).toEqual(['GET /books', 'GET /authors?id=ann&id=bob']);
  });

  it('An expanded collection is a page with a next link', async () => {
    const { get } = await library({
      '/authors/ann': ann,
      '/books?authorId=ann': (_req: IncomingMessage, res: ServerResponse) =>
        res
          .writeHead(200, {
            'Content-Type': 'application/json',
            Link: '</books?authorId=ann&page=2>; rel="next", </nowhere>; rel="prev"',
          })
          .end(JSON.stringify([book('1')])),
    });
    const { body } = await get('/authors/ann?expand=books').expect(200);
    expect(body._embedded.books).toEqual({
      _links: {
        next: { href: '/books?authorId=ann&page=2' },
        self: { href: '/books?authorId=ann' },
      },
      _embedded: { item: [linked('1', 'ann')] },
    });
  });

  it('A failed expansion of a list names the item', async () => {
    const { get } = await library({
      '/books': [book('1'), book('2', bob)],
      '/authors/ann': ann,
      '/authors?id=ann&id=bob': { data: [ann] },
    });
    const { body, headers } = await get('/books?expand=author').expect(200);
    expect(body[0]._expandErrors).toBeUndefined();
    expect(body[1]).toMatchObject({
      _links: { author: { href: '/authors/bob' } },
      _expandErrors: [{ path: 'author', href: '/authors/bob', problem: { status: 502 } }],
    });
    expect(headers['cache-control']).toBe('no-store');
  });

  it('fields selects members of a lifted resource', async () => {
    const { get, requested } = await library({ '/books': [book('1')], '/authors/ann': ann });
    const { body } = await get('/books?fields=title').expect(200);
    expect(body).toEqual([
      { title: 'Title 1', _links: { ...bookLinks('1', 'ann'), self: { href: '/books/1?fields=title' } } },
    ]);
    expect(requested()).toEqual(['GET /books']);
    const { body: problem } = await get('/books?fields=titel').expect(400);
    expect(problem).toMatchObject({ type: '/problems/fields-unknown', nearest: 'title' });
    expect((await get('/books?expand=autor').expect(400)).body.allowed).toEqual([
      'author',
      'alike',
      'reader',
    ]);
  });

  it('A condition with the lifted tag reaches the service with its own tag', async () => {
    const { url, get, service } = await library({ '/books/1': book('1') }, { ETag: '"v1"' });
    const { headers } = await get('/books/1').expect(200);
    const tag = headers.etag ?? '';
    expect(tag).not.toBe('"v1"');
    await get('/books/1').set('If-None-Match', tag).expect(304);
    await request(url).put('/books/1').set('If-Match', tag).send(book('1'));
    expect(service.requests.at(-1)?.headers['if-match']).toBe('"v1"');
    await request(url).put('/books/1').set('If-Match', addCodingToTag(tag, 'br')).send(book('1'));
    expect(service.requests.at(-1)?.headers['if-match']).toBe('"v1"');
    expect((await get('/books/1').accept('application/vnd.siren+json')).headers.etag).not.toBe(tag);
  });

  it.each([
    ['/books/1', 'application/json'],
    ['/books/1', 'text/html'],
    ['/books/1?fields=title', 'application/hal+json'],
    ['/books/1?expand=author', 'application/vnd.siren+json'],
  ])('Vary has Accept and Prefer in addition to %s as %s', async (path, type) => {
    const responses = { '/books/1': book('1'), '/authors/ann': { id: 'ann', name: 'Ann' } };
    const { get } = await library(responses, { Vary: 'Cookie' });
    const names = async (prefer: string) => {
      const { headers } = await get(path).accept(type).set('Prefer', prefer).expect(200);
      return String(headers.vary)
        .split(',')
        .map((name) => name.trim().toLowerCase());
    };
    for (const prefer of ['', 'handling=strict'])
      expect(await names(prefer)).toEqual(expect.arrayContaining(['cookie', 'accept', 'prefer']));
  });

  it('Links of Link headers are used, and of no other header', async () => {
    const headers = {
      Link: '</authors/bob>; rel="illustrator"',
      'X-Link': '</authors/eve>; rel="translator"',
    };
    const { get } = await library({ '/books/1': book('1') }, headers);
    const { body } = await get('/books/1').expect(200);
    expect(body._links.illustrator).toEqual({ href: '/authors/bob' });
    expect(body._links).not.toHaveProperty('translator');
  });

  it('Responses to unsafe methods are lifted as well', async () => {
    const { url, service } = await library({});
    service.respond = (_req, res) =>
      res
        .writeHead(201, { 'Content-Type': 'application/json', Location: '/books/7' })
        .end(JSON.stringify(book('7')));
    const { body, headers } = await request(url).post('/books').send(book('7')).expect(201);
    expect(body).toEqual(linked('7', 'ann'));
    expect(headers.location).toBe('/books/7');
  });

  it.each([
    [
      'is too large',
      { 'Content-Type': 'application/json' },
      JSON.stringify({ ...book('1'), note: 'x'.repeat(2000) }),
    ],
    ['is no JSON', { 'Content-Type': 'text/plain' }, 'hello'],
    ['only says that it is JSON', { 'Content-Type': 'application/json' }, '{"id":'],
    ['is compressed', { 'Content-Type': 'application/json', 'Content-Encoding': 'x-own' }, '{}'],
  ])('A response is forwarded unchanged if the body %s', async (_, head, text) => {
    const { get, service } = await library({}, {}, { config: 'limits: { lift: 1kb }' });
    for (const inOnePiece of [true, false]) {
      service.respond = (_req, res) => {
        res.writeHead(200, { ...head, ETag: '"v1"', ...(inOnePiece && { 'Content-Length': text.length }) });
        res.end(text);
      };
      const received = await get('/books/1').buffer(true).parse(textOf);
      expect([received.status, received.body, received.headers.etag]).toEqual([200, text, '"v1"']);
    }
  });

  it('A large body that arrives in many pieces stays complete', async () => {
    const { get, service } = await library({}, {}, { config: 'limits: { lift: 1kb }' });
    const pieces = Array.from({ length: 40 }, (_, n) => JSON.stringify({ n, note: 'y'.repeat(20_000) }));
    service.respond = (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' });
      for (const piece of pieces) res.write(piece);
      res.end();
    };
    const received = await get('/books/1').buffer(true).parse(textOf);
    expect(received.body).toBe(pieces.join(''));
  });

  it('A body over the limit is forwarded completely', async () => {
    const { url, service } = await library({}, {}, { config: 'limits: { lift: 1kb }' });
    const [first, rest] = ['x'.repeat(2000), 'the rest'];
    let finish = () => {};
    service.respond = (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' }).write(first);
      finish = () => res.end(rest);
    };
    const received = await fetch(`${url}/books/1`);
    finish();
    expect(await received.text()).toBe(first + rest);
  });

  it('A body that is nested too deeply is forwarded, and an incomplete body leads to 502', async () => {
    const { get, service } = await library({});
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    service.respond = (_req, res) => res.writeHead(200, { 'Content-Type': 'application/json' }).end(deep);
    expect((await get('/books').buffer(true).parse(textOf).expect(200)).body).toBe(deep);
    service.respond = (_req, res) => {
      res
        .writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 99 })
        .write('{"id":', () => res.destroy());
    };
    const { body } = await get('/books/1').expect(502);
    expect(body.type).toBe('/problems/bad-gateway');
  });

  it('Members such as _links with arbitrary values do no harm', async () => {
    const rubbish = {
      _embedded: { author: [1], item: 'x' },
      _templates: 7,
      _expandErrors: {},
      _links: ['x', null],
    };
    const { get } = await library({
      '/books/1': { ...book('1'), ...rubbish },
      '/authors/ann': { ...ann, ...rubbish },
    });
    for (const type of [
      'application/json',
      HAL,
      'application/prs.hal-forms+json',
      'application/vnd.siren+json',
      'text/html',
    ])
      await get('/books/1?expand=author').accept(type).expect(200);
    const { body } = await get('/books/1?expand=author').expect(200);
    const part = { ...ann, _links: authorLinks('ann') };
    const { _links, ...others } = rubbish;
    expect(body).toEqual(linked('1', 'ann', { ...others, _links, _embedded: { author: part } }));
    const { _links: inHal } = (await get('/books/1').accept(HAL).expect(200)).body;
    expect(inHal).toEqual(bookLinks('1', 'ann'));
  });

  it('HEAD has the headers without the body', async () => {
    const { url, requested } = await library({ '/books/1': book('1') });
    const { headers, text } = await request(url).head('/books/1').expect(200);
    expect([headers['content-length'], text]).toEqual([
      String(JSON.stringify(linked('1', 'ann')).length),
      undefined,
    ]);
    expect(requested()).toEqual(['GET /books/1']);
  });

  it('Error responses of the service are forwarded', async () => {
    const { get } = await library({});
    expect((await get('/books/9?expand=author').expect(404)).body).toEqual({ error: 'Nothing here' });
  });

  it('Operations without declared links, or with x-lifted: false, are not lifted', async () => {
    const { liftDocuments } = await import('../../../src/gateway/documents/mark-lifted.ts');
    const [before, lifted] = [libraryDocument(), libraryDocument()];
    for (const item of Object.values(before.paths ?? {}))
      for (const response of Object.values(item.get?.responses ?? {}))
        delete (response as { links?: object }).links;
    expect(liftDocuments([{ name: 'library', document: before }])[0]?.document).toBe(before);
    Object.assign(lifted.paths?.['/books']?.get ?? {}, { 'x-lifted': false });
    const gateway = await startGateway({ library: lifted });
    if (gateway.services.library)
      gateway.services.library.respond = libraryHandler({ '/books': [book('1')] }, { ETag: '"v1"' });
    const { body, headers } = await request(gateway.url).get('/books').expect(200);
    expect([body, headers.etag]).toEqual([[book('1')], '"v1"']);
    await request(gateway.url).get('/books?expand=author').expect(400);
  });

  it('The public document describes lifted responses', async () => {
    const { liftDocuments } = await import('../../../src/gateway/documents/mark-lifted.ts');
    const [{ document } = { document: libraryDocument() }] = liftDocuments([
      { name: 'library', document: libraryDocument() },
    ]);
    const { get } = document.paths?.['/books/{bookId}'] ?? {};
    expect(get?.parameters).toMatchObject([
      { name: 'expand', description: expect.stringContaining('author') },
      { name: 'fields' },
    ]);
    expect(get?.responses?.[200]).toMatchObject({ content: { [HAL]: expect.anything() } });
    expect(document.components?.schemas?.Book).toMatchObject({ properties: { _links: { readOnly: true } } });
    expect(document.paths?.['/covers/{bookId}']?.get?.parameters).toHaveLength(1);
  });
});

describe('URLs of the service itself', () => {
  const OWN = 'https://library.internal:8443/v2';
  const options = { service: `ownUrls: ["${OWN}/"]` };

  it('URLs of the service become public in bodies, Link and Location, and those without a route are omitted', async () => {
    const dropped: string[] = [];
    const { url, get } = await library(
      {
        '/books/1': {
          ...book('1'),
          url: `${OWN}/books/1?x=1#top`,
          readerId: 'https://library.internal:8443/v20',
          cover: `${OWN}/thumbnails/1`,
          links: {
            related: `${OWN}/authors/ann`,
            edit: { href: `${OWN}/edit/1` },
            other: 'https://example.com/',
          },
        },
        '/covers/1': (_req: IncomingMessage, res: ServerResponse) =>
          res
            .writeHead(303, {
              Location: `${OWN}/books/1`,
              Link: `<${OWN}/books>; rel=up, <${OWN}/x>; rel=next`,
            })
            .end(),
      },
      {},
      { ...options, onDroppedLink: (service) => dropped.push(service) },
    );
    const { body } = await get('/books/1').expect(200);
    expect(body).toEqual(
      linked('1', 'ann', {
        url: `${url}/books/1?x=1#top`,
        readerId: 'https://library.internal:8443/v20',
        links: { related: `${url}/authors/ann`, other: 'https://example.com/' },
        _links: {
          ...bookLinks('1', 'ann'),
          related: { href: '/authors/ann' },
          reader: expect.anything(),
          alike: expect.anything(),
        },
      }),
    );
    expect(dropped).toEqual(['library', 'library']);
    const { headers } = await get('/covers/1').redirects(0).expect(303);
    expect(headers.location).toBe(`${url}/books/1`);
    expect(headers.link).toBe(`<${url}/books>; rel=up`);
    expect(dropped).toHaveLength(3);
  });

  it('URLs that the configuration does not name are unchanged', async () => {
    const own = { '/books/1': { ...book('1'), url: `${OWN}/books/1`, other: OWN } };
    const { get } = await library(own);
    expect((await get('/books/1')).body).toMatchObject({ url: `${OWN}/books/1`, other: OWN });
    const named = await library(own, {}, { service: 'ownUrls: ["https://other.internal"]' });
    expect((await named.get('/books/1')).body.url).toBe(`${OWN}/books/1`);
    const { url, get: getPublic } = await library(own, {}, options);
    expect((await getPublic('/books/1')).body.url).toBe(`${url}/books/1`);
  });

  it('URLs in names, titles, types and texts are unchanged', async () => {
    const { get } = await library(
      {
        '/books/1': {
          ...book('1'),
          note: '/not/a/link',
          _links: {
            up: { href: '/books', title: '/x', name: '/y', type: 'a/b', profile: 'https://p.example' },
          },
        },
      },
      { Link: '</books>;  rel="up";title="/x, y" ; foo' },
      options,
    );
    const { body, headers } = await get('/books/1').expect(200);
    expect(body.note).toBe('/not/a/link');
    expect(body._links.up).toEqual({
      href: '/books',
      title: '/x',
      name: '/y',
      type: 'a/b',
      profile: 'https://p.example',
    });
    expect(headers.link).toContain('</books>;  rel="up";title="/x, y" ; foo');
  });
});

it.each([
  ['/都市/{id}', '/%E9%83%BD%E5%B8%82/x'],
  ['/café/{id}', '/caf%C3%A9/x'],
  ['/a b/{id}', '/a%20b/x'],
  ['/items[]/{id}', '/items%5B%5D/x'],
])('A path with characters that are invalid in URIs, %s, is reachable by encoded URIs', async (path, uri) => {
  const described = document(
    {
      [path]: {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        get: {
          operationId: 'getOne',
          responses: {
            200: {
              description: 'ok',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Stadt 都市"' } } },
              links: { self: { operationId: 'getOne', parameters: { id: '$response.body#/id' } } },
            },
          },
        },
      },
    },
    { schemas: { 'Stadt 都市"': { type: 'object', properties: { id: { type: 'string' } } } } },
  );
  const gateway = await startGateway({ a: described });
  const { a } = gateway.services;
  if (a) a.respond = (_req, res) => res.setHeader('Content-Type', 'application/json').end('{"id":"x"}');
  for (const accept of ['application/json', HAL, 'application/prs.hal-forms+json', 'text/html']) {
    const { headers, body } = await request(gateway.url).get(uri).accept(accept).expect(200);
    expect(headers.link).toMatch(/^[ -~]+$/);
    expect(headers.link).toContain(`<${uri}>; rel="self"`);
    if (accept !== 'text/html') expect(body._links.self.href).toBe(uri);
  }
});
