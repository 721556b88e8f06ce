/** Responses keep their type and headers, whatever the client accepts, unless links are added. */
import { describe, expect, it } from '@jest/globals';
import { document, startGateway } from '../../support/gateway.ts';

const JSON_TYPE = 'application/json';
const HAL = 'application/hal+json';
const HAL_FORMS = 'application/prs.hal-forms+json';
const SIREN = 'application/vnd.siren+json';
const HTML = 'text/html';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const ACCEPTS = [
  undefined,
  '*/*',
  HTML,
  BROWSER,
  HAL,
  HAL_FORMS,
  SIREN,
  JSON_TYPE,
  'text/csv',
  'application/problem+json',
];

const STORED = '<h1>x</h1><script>1</script><meta http-equiv=refresh content="1;url=//evil.example">';
const OURS = [
  'content-security-policy',
  'x-frame-options',
  'cross-origin-resource-policy',
  'strict-transport-security',
];

const schema = { type: 'object', properties: { id: { type: 'string' } } };
const responses = (links: object = {}) => ({
  200: { description: 'ok', content: { [JSON_TYPE]: { schema } }, links },
});
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const self = { operationId: 'getPet', parameters: { id: '$response.body#/id' } };
/** The document with public paths. */
const pets = (links: object, prefix = '') =>
  document({
    [`${prefix}/pets/{id}`]: {
      get: { operationId: 'getPet', parameters: [id], responses: responses(links) },
      post: { operationId: 'feedPet', parameters: [id], responses: responses(links) },
    },
  });

/** Ways in which paths of the service and public paths differ. */
const PLACES = {
  'with a prefix': { service: 'prefix: /zoo', path: '/zoo/pets/1' },
  'with URLs of its own': { service: 'ownUrls: ["http://zoo.internal"]', path: '/pets/1' },
  'below a path': { base: '/v2', path: '/pets/1' },
  'as it is': { path: '/pets/1' },
} as const;

async function start(links: object, place: { service?: string; base?: string; path: string }) {
  const { path, ...options } = place;
  const gateway = await startGateway({ pets: pets(links, path.replace('/pets/1', '')) }, options);
  const { pets: service } = gateway.services;
  if (service === undefined) throw new Error('no service');
  let sent: { status: number; headers: Record<string, string | string[]>; body: string };
  service.respond = (_req, res) => {
    res.writeHead(sent.status, sent.headers);
    res.end([204, 304].includes(sent.status) ? undefined : sent.body);
  };
  return {
    service,
    async get(reply: Partial<typeof sent>, accept: string | undefined, init: RequestInit = {}) {
      sent = { status: 200, headers: {}, body: '', ...reply };
      const headers = { ...(init.headers as object), ...(accept === undefined ? {} : { accept }) };
      const response = await fetch(gateway.url + path, { redirect: 'manual', ...init, headers });
      return { response, type: response.headers.get('content-type'), text: await response.text() };
    },
  };
}

const json = JSON.stringify({ id: '1', title: STORED });
const problem = JSON.stringify({ title: STORED, status: 404 });

const AS_SENT: [string, { status?: number; type?: string; body: string }][] = [
  ['JSON', { type: JSON_TYPE, body: json }],
  ['JSON in another charset', { type: 'application/json; charset=iso-8859-1', body: json }],
  ['a problem', { status: 404, type: 'application/problem+json', body: problem }],
  ['JSON of a failure', { status: 501, type: JSON_TYPE, body: problem }],
  ['JSON that is no object', { type: JSON_TYPE, body: JSON.stringify(STORED) }],
  ['a page', { type: 'text/html; charset=utf-8', body: STORED }],
  ['text', { type: 'text/plain', body: STORED }],
  ['HTML that says it is JSON', { type: JSON_TYPE, body: STORED }],
  ['JSON that says it is HTML', { type: HTML, body: json }],
  ['a sequence', { type: 'application/json-seq', body: json }],
  ['what has no type', { body: STORED }],
  ['nothing', { status: 204, body: '' }],
];

describe.each(Object.entries(PLACES))('A service without Link Objects, %s', (_, place) => {
  it.each(AS_SENT)(
    'The type of %s stays, whatever the client accepts',
    async (_name, { status = 200, type, body }) => {
      const { get, service } = await start({}, place);
      const headers = { ...(type && { 'Content-Type': type }), ETag: '"v1"' };
      for (const accept of ACCEPTS)
        for (const method of ['GET', 'HEAD', 'POST']) {
          const result = await get({ status, headers, body }, accept, { method });
          expect([result.response.status, result.type]).toEqual([status, type ?? null]);
          expect(result.text).toBe(method === 'HEAD' ? '' : body);
          expect(result.response.headers.get('etag')).toBe('"v1"');
          expect(service.requests.at(-1)?.headers.accept).toBe(accept ?? '*/*');
        }
    },
  );

  it('Conditional requests reach the service with its own tags', async () => {
    const { get } = await start({}, place);
    const taggedReply = (tag: string) => ({
      headers: { 'Content-Type': JSON_TYPE, ETag: tag, 'Cache-Control': 'max-age=5' },
      body: json,
    });
    if (place.path === '/pets/1' && !('service' in place) && !('base' in place)) return;
    for (const tag of ['"v1"', 'W/"v1"']) {
      const { response } = await get(taggedReply(tag), undefined, { headers: { 'If-None-Match': tag } });
      expect([response.status, response.headers.get('etag'), response.headers.get('content-type')]).toEqual([
        304,
        tag,
        null,
      ]);
      expect(response.headers.get('cache-control')).toBe('max-age=5');
      expect(
        (await get(taggedReply(tag), undefined, { headers: { 'If-None-Match': '"v2"' } })).response.status,
      ).toBe(200);
    }
  });
});

describe.each(Object.entries(PLACES))('A lifted service, %s', (_, place) => {
  it.each(AS_SENT.filter(([name]) => !name.startsWith('JSON') || name.endsWith('failure')))(
    'sends %s under its own type, whatever is accepted',
    async (_name, { status = 200, type, body }) => {
      const { get } = await start({ self }, place);
      for (const accept of ACCEPTS) {
        const result = await get({ status, headers: type ? { 'Content-Type': type } : {}, body }, accept);
        expect([result.response.status, result.type, result.text]).toEqual([status, type ?? null, body]);
      }
    },
  );

  it('A lifted resource is JSON with links or an HTML page with escaped data', async () => {
    const { get } = await start({ self }, place);
    const jsonReply = { headers: { 'Content-Type': JSON_TYPE }, body: json };
    for (const accept of ACCEPTS) {
      const { type, text, response } = await get(jsonReply, accept);
      if (type?.startsWith(HTML)) {
        expect(accept).toMatch(/^text\/html/);
        expect(text).not.toMatch(/<script>1|<h1>x|<meta http-equiv/);
        expect(text).toContain('&lt;h1&gt;x');
        expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
      } else if (type === SIREN) expect(JSON.parse(text).links).toHaveLength(1);
      else expect(JSON.parse(text)._links.self.href).toBe(place.path);
    }
  });

  it('A resource without links does not have the HAL media type', async () => {
    const { get } = await start({ self }, place);
    for (const accept of ACCEPTS) {
      const { type, text } = await get(
        { headers: { 'Content-Type': JSON_TYPE }, body: '{"a":1.0}' },
        accept,
        { method: 'POST' },
      );
      expect([type, text]).toEqual([JSON_TYPE, '{"a":1.0}']);
    }
  });
});

describe('Links of a service on an HTML page of the gateway', () => {
  it.each([
    'javascript:alert(1)',
    ' JaVa\tscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '\u0001javascript:x',
  ])('An invalid address is not a link on the page: %s', async (href) => {
    const { get } = await start({ self }, PLACES['as it is']);
    const links = {
      bad: { href },
      many: [{ href }, { href: '/pets/2', title: { a: 1 } }],
      search: { href: `${href}{?q}` },
    };
    const template = { method: 'POST', target: href, properties: [] };
    const body = { id: '1', _links: links, _templates: { bad: template, odd: 7, none: { properties: [1] } } };
    const { type, text } = await get(
      { headers: { 'Content-Type': JSON_TYPE }, body: JSON.stringify(body) },
      HTML,
    );
    expect(type).toContain(HTML);
    const targets = [...text.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, target = '']) => target);
    expect(targets).toContain('/pets/2');
    for (const target of targets) expect(target).toMatch(/^(?:\/|#)/);
  });

  it('Numbers in members of links do not break the HTML page', async () => {
    const { get } = await start({ self }, PLACES['as it is']);
    const body =
      '{"id":"1","total":1e400,"name":1.10,"_links":{"x":[{"href":"/a%E9","title":1.0},{"href":"/%zz"}]},"1":[{"a":1.0}]}';
    const { response, text } = await get({ headers: { 'Content-Type': JSON_TYPE }, body }, HTML);
    expect(response.status).toBe(200);
    expect(text).toContain('1e400');
  });
});

describe('Headers of a service', () => {
  const keptHeaders = {
    'Content-Language': 'de, en',
    'Content-Disposition': 'attachment; filename="a.json"',
    'Last-Modified': 'Wed, 21 Oct 2015 07:28:00 GMT',
    'X-Many': ['a', 'b'],
    'Set-Cookie': ['a=1', 'b=2'],
    Link: [
      '</pets/2>;rel="next"; title="Two, \\"2\\"" ;x',
      '<//cdn.example/a.css>; rel=preload; as=style',
      '</a b>; rel',
    ],
  };
  const digests = {
    Digest: 'a=b',
    'Content-Digest': 'a=:b:',
    'Repr-Digest': 'a=:b:',
    'Content-MD5': 'x',
    'Accept-Ranges': 'bytes',
  };

  it('Headers of a lifted response stay in order, except those that describe the bytes', async () => {
    const { get } = await start({ self }, PLACES['as it is']);
    const { response, text } = await get(
      { headers: { ...keptHeaders, ...digests, 'Content-Type': JSON_TYPE, ETag: 'W/"1"' }, body: json },
      undefined,
    );
    for (const [name, value] of Object.entries(keptHeaders))
      if (name !== 'Link') expect(response.headers.get(name)).toBe([value].flat().join(', '));
    for (const name of Object.keys(digests)) expect([name, response.headers.get(name)]).toEqual([name, null]);
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    expect(response.headers.get('link')).toContain(keptHeaders.Link.slice(0, 2).join(', '));
    expect(response.headers.get('link')).toContain('</pets/1>; rel="self"');
    expect(response.headers.get('etag')).toMatch(/^"/);
  });

  it('All headers stay if nothing is added', async () => {
    const { get } = await start({}, PLACES['with a prefix']);
    const headers = {
      ...keptHeaders,
      ...digests,
      'Content-Type': JSON_TYPE,
      ETag: 'W/"1"',
      'Content-Length': String(Buffer.byteLength(json)),
    };
    const { response } = await get({ headers, body: json }, undefined);
    for (const [name, value] of Object.entries(headers))
      if (name !== 'Link') expect(response.headers.get(name)).toBe([value].flat().join(', '));
  });

  it('Only the service sets security headers for its own pages', async () => {
    for (const place of Object.values(PLACES)) {
      const { get } = await start({}, place);
      for (const type of ['text/html', 'text/css', 'image/svg+xml', 'application/pdf', 'text/javascript']) {
        const { response } = await get({ headers: { 'Content-Type': type }, body: STORED }, BROWSER);
        for (const name of OURS) expect([type, name, response.headers.get(name)]).toEqual([type, name, null]);
      }
      const own = {
        'Content-Type': HTML,
        'Content-Security-Policy': "default-src 'self'",
        'X-Frame-Options': 'DENY',
      };
      const { response } = await get({ headers: own, body: STORED }, BROWSER);
      expect(response.headers.get('content-security-policy')).toBe("default-src 'self'");
      expect(response.headers.get('x-frame-options')).toBe('DENY');
      const { response: data } = await get({ headers: { 'Content-Type': JSON_TYPE }, body: json }, undefined);
      expect(data.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });
});
