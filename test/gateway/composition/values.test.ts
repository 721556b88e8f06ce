/** Values of services are unchanged by lifting, expanding and selecting fields. */
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { document, startGateway } from '../../support/gateway.ts';
import { jsonText, meaning, objectText } from '../../support/json-texts.ts';

const JSON_TYPE = 'application/json';
const HAL = 'application/hal+json';
const SIREN = 'application/vnd.siren+json';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const found = (schema: object, links: object = {}) => ({
  200: { description: 'Found.', content: { [JSON_TYPE]: { schema } }, links },
});
const id = { name: 'id', in: 'path', required: true, schema: {} };
const owner = { operationId: 'getOwner', parameters: { id: '$response.body#/ownerId' } };

const bank = () =>
  document(
    {
      '/accounts': {
        get: { operationId: 'listAccounts', responses: found({ type: 'array', items: ref('Account') }) },
      },
      '/accounts/{id}': {
        parameters: [id],
        get: { operationId: 'getAccount', responses: found(ref('Account'), { owner }) },
      },
      '/owners': {
        get: {
          operationId: 'listOwners',
          parameters: [
            { name: 'id', in: 'query', 'x-batches': 'getOwner', schema: { type: 'array', items: {} } },
          ],
          responses: found({ type: 'array', items: ref('Owner') }),
        },
      },
      '/owners/{id}': {
        parameters: [id],
        get: {
          operationId: 'getOwner',
          responses: found(ref('Owner'), {
            self: { operationId: 'getOwner', parameters: { id: '$response.body#/id' } },
          }),
        },
      },
      '/plain': { get: { operationId: 'getPlain', responses: { 200: { description: 'Found.' } } } },
    },
    {
      schemas: {
        Account: { type: 'object', properties: { ownerId: {}, value: {}, other: {} } },
        Owner: { type: 'object', properties: { id: {} } },
      },
    },
  );

type Texts = Record<string, string | Buffer | ((res: ServerResponse) => void)>;

async function start(texts: Texts, type = JSON_TYPE) {
  const gateway = await startGateway({ bank: bank() }, { config: 'limits: { lift: 10mb }' });
  const { bank: service } = gateway.services;
  if (service === undefined) throw new Error('no service');
  service.respond = (req, res) => {
    const content = texts[req.url ?? ''];
    if (typeof content === 'function') content(res);
    else res.writeHead(content === undefined ? 404 : 200, { 'Content-Type': type }).end(content);
  };
  const bytes = async (path: string, accept = '*/*') => {
    const response = await fetch(gateway.url + path, { headers: { accept } });
    const { status, headers } = response;
    return { bytes: Buffer.from(await response.arrayBuffer()), status, headers };
  };
  const get = async (path: string, accept?: string) => (await bytes(path, accept)).bytes.toString();
  return { get, bytes, texts };
}

const RESERVED = ['"_links"', '"_embedded"', '"_templates"', '"_expandErrors"'];
const runs = { numRuns: 60 };

describe('A number that a double cannot represent', () => {
  const texts = {
    '/accounts/1': '{"ownerId":9007199254740993,"sum":12345678901234567890.12,"max":1e400,"z":-0,"p":1.10}',
    '/owners/9007199254740993': '{"id":9007199254740993,"name":"Ann"}',
    '/accounts': '[{"ownerId":9007199254740993},{"ownerId":9007199254740994},{"ownerId":9007199254740995}]',
    '/owners?id=9007199254740993&id=9007199254740994&id=9007199254740995':
      '[{"id":9007199254740995,"n":5},{"id":9007199254740994,"n":4},{"id":9007199254740993,"n":3}]',
  };

  it('Large numbers are unchanged, and links and embedded resources use them exactly', async () => {
    const { get } = await start(texts);
    const links = '"_links":{"self":{"href":"/accounts/1"},"owner":{"href":"/owners/9007199254740993"}}';
    const part = '{"id":9007199254740993,"name":"Ann","_links":{"self":{"href":"/owners/9007199254740993"}}}';
    const state = texts['/accounts/1'].slice(0, -1);
    expect(await get('/accounts/1')).toBe(`${state},${links}}`);
    expect(await get('/accounts/1?expand=owner')).toBe(`${state},${links},"_embedded":{"owner":${part}}}`);
    expect(await get('/accounts/1', SIREN)).toContain(`"properties":${texts['/accounts/1']}`);
    expect(await get('/accounts/1', 'text/html')).toContain('12345678901234567890.12');
  });

  it('A large number finds its item in a page of many', async () => {
    const { get } = await start(texts);
    const body = await get('/accounts?expand=owner');
    expect([...body.matchAll(/"n":(\d)/g)].map(([, n]) => n)).toEqual(['3', '4', '5']);
    expect(body).not.toContain('_expandErrors');
  });
});

describe('Any JSON value', () => {
  const inObject = (text: string) => meaning(text).slice(0, -1);
  const isFree = (text: string) => !RESERVED.some((name) => meaning(text).includes(name));
  const free = objectText.filter(isFree);
  const lines = (text: string): string => (inObject(text) === '{' ? '{' : `${inObject(text)},`);

  it('JSON values are unchanged when links are added', async () => {
    const { get, texts } = await start({});
    await fc.assert(
      fc.asyncProperty(free, async (text) => {
        texts['/accounts/1'] = text;
        const json = meaning(await get('/accounts/1'));
        expect(json.startsWith(`${lines(text)}"_links":`)).toBe(true);
        expect(meaning(await get('/accounts/1', HAL)).startsWith(`${lines(text)}"_links":`)).toBe(true);
        expect(meaning(await get('/accounts/1', SIREN))).toContain(`"properties":${meaning(text)},"links"`);
      }),
      runs,
    );
  });

  it('JSON values are unchanged in a list', async () => {
    const { get, texts } = await start({});
    await fc.assert(
      fc.asyncProperty(fc.array(jsonText.filter(isFree)), async (elements) => {
        texts['/accounts'] = `[ ${elements.join(' , ')} ]`;
        const json = meaning(await get('/accounts'));
        const written = json.replaceAll(/,?"_links":\{"owner":\{"href":"[^"]*"\}\}/g, '');
        expect(written).toBe(`[${elements.map(meaning).join()}]`);
      }),
      runs,
    );
  });

  it('JSON values are unchanged when resources are embedded, and in embedded resources', async () => {
    const { get, texts } = await start({});
    await fc.assert(
      fc.asyncProperty(free, free, async (text, part) => {
        const account = `{"ownerId":"x",${inObject(text).slice(1) || '"a":1'}}`;
        texts['/accounts/1'] = account.replaceAll(/"ownerId":(?!"x",)/g, '"o":');
        texts['/owners/x'] = part;
        const json = meaning(await get('/accounts/1?expand=owner'));
        expect(json.startsWith(`${inObject(texts['/accounts/1'] as string)},"_links":`)).toBe(true);
        expect(json).toContain(`"_embedded":{"owner":${lines(part)}"_links":`);
      }),
      runs,
    );
  });

  it('JSON values of selected members are unchanged', async () => {
    const { get, texts } = await start({});
    await fc.assert(
      fc.asyncProperty(jsonText, jsonText, async (value, other) => {
        texts['/accounts/1'] = `{"other":${other},"value":${value}}`;
        const json = meaning(await get('/accounts/1?fields=value'));
        expect(json.startsWith(`{"value":${meaning(value)},"_links":`)).toBe(true);
      }),
      runs,
    );
  });

  it('JSON is forwarded byte by byte', async () => {
    const { bytes, texts } = await start({});
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(jsonText.map(Buffer.from), fc.uint8Array().map(Buffer.from)),
        async (body) => {
          texts['/plain'] = body;
          expect((await bytes('/plain')).bytes).toEqual(body);
        },
      ),
      runs,
    );
  });
});

describe('Members with a meaning in hypermedia formats', () => {
  const own = {
    _links: {
      self: { href: '/accounts/1', title: 'One', type: 'x/y', extra: [1] },
      owner: { href: 'https://elsewhere.example/owners/7', hreflang: 'de' },
      item: [{ href: '/accounts/2', name: 'two' }, { href: '/accounts/3' }],
      curies: [{ name: 'b', href: 'https://b.example/{rel}', templated: true }],
      'b:more': { href: '#part' },
      text: '/accounts/4',
    },
    _embedded: { note: { text: 'kept' } },
    ownerId: 7,
    _templates: { default: { method: 'PUT', properties: [] } },
  };

  it('Members such as _links of a service stay complete in every format', async () => {
    const { get } = await start({ '/accounts/1': JSON.stringify(own) });
    expect(await get('/accounts/1')).toBe(JSON.stringify(own));
    const { text, ...links } = own._links;
    expect(JSON.parse(await get('/accounts/1', HAL))).toEqual({
      ...own,
      _links: { ...links, text: { href: text } },
    });
    const siren = JSON.parse(await get('/accounts/1', SIREN));
    expect(siren.links).toContainEqual({ rel: ['item'], ...own._links.item[0] });
    expect(await get('/accounts/1', 'text/html')).toContain('elsewhere.example');
  });

  it('Members keep their position, and links are added to existing ones', async () => {
    const { get } = await start({ '/accounts/1': '{"_links":{"up":{"href":"/accounts"}},"ownerId":1}' });
    expect(await get('/accounts/1')).toBe(
      '{"_links":{"up":{"href":"/accounts"},"self":{"href":"/accounts/1"},"owner":{"href":"/owners/1"}},"ownerId":1}',
    );
  });

  it.each([
    '{"_links":[{"rel":"self","href":"/accounts/1"}],"ownerId":1}',
    '{"_links":null,"_embedded":[1],"_templates":"x","_expandErrors":{"a":1}}',
    '{"_links":{"self":5,"item":["/a",{"href":1}]}}',
  ])('Members with a different meaning are unchanged: %s', async (text) => {
    const { get } = await start({ '/accounts/1': text });
    const { _links, ...state } = JSON.parse(text);
    const { _links: made, ...rest } = JSON.parse(await get('/accounts/1'));
    expect(rest).toEqual(state);
    if (_links === null || Array.isArray(_links)) expect(made).toEqual(_links);
    else expect(made).toMatchObject(_links);
  });
});

describe('Deeply nested JSON', () => {
  it.each([990, 1100, 100_000])(
    'JSON with %d levels is sent in every format, or unchanged',
    async (levels) => {
      for (const [open, close] of ['[]', '{"a":}'].map((text) => text.split(/(?=[\]}])/))) {
        const deep = `{"ownerId":1,"value":${open?.repeat(levels)}${open === '[' ? '' : 'null'}${close?.repeat(levels)}}`;
        const { bytes } = await start({ '/accounts/1': deep, '/owners/1': '{"id":1}' });
        for (const accept of [JSON_TYPE, HAL, SIREN, 'text/html'])
          for (const query of ['', '?expand=owner', '?fields=value']) {
            const { status, bytes: body } = await bytes(`/accounts/1${query}`, accept);
            expect([accept, query, status]).toEqual([accept, query, 200]);
            if (levels > 1000) expect(body.toString()).toBe(deep);
          }
      }
    },
  );
});

describe('A charset other than UTF-8', () => {
  it.each([
    ['application/json; charset=ISO-8859-1', 'latin1', 'ü'],
    ['application/json;charset="utf-16"', 'utf16le', '\u{1f600}ü都'],
  ] as const)('The charset of the service stays when links are added: %s', async (type, encoding, name) => {
    const mark = encoding === 'utf16le' ? '\ufeff' : '';
    const body = Buffer.from(`${mark}{"name":"${name}","ownerId":"${name}"}`, encoding);
    const owners = `/owners/${encodeURIComponent(name)}`;
    const { bytes } = await start(
      { '/accounts/1': body, [owners]: Buffer.from(`${mark}{"of":"${name}"}`, encoding) },
      type,
    );
    const { bytes: lifted, headers } = await bytes('/accounts/1?expand=owner');
    expect(headers.get('content-type')).toBe(type);
    const { _links, _embedded, ...state } = JSON.parse(
      new TextDecoder(/charset="?([^"]*)/.exec(type)?.[1]?.replace('utf-16', 'utf-16be')).decode(lifted),
    );
    expect(state).toEqual({ name, ownerId: name });
    expect(_links.owner.href).toBe(owners);
    expect(_embedded.owner.of).toBe(name);
    const { bytes: hal } = await bytes('/accounts/1', HAL);
    expect(JSON.parse(hal.toString()).name).toBe(name);
  });

  it.each([
    ['application/json', Buffer.from('{"name":"ü"}', 'latin1')],
    ['application/json; charset=utf-7', Buffer.from('{"name":"+APw-"}')],
  ])('A body in an unreadable charset is forwarded unchanged: %s', async (type, body) => {
    const { bytes } = await start({ '/accounts/1': body }, type);
    const { bytes: sent, headers } = await bytes('/accounts/1');
    expect([sent, headers.get('content-type')]).toEqual([body, type]);
  });

  it('A byte order mark does not prevent reading', async () => {
    const { get } = await start({ '/accounts/1': Buffer.from('\ufeff{"ownerId":1}') });
    expect(JSON.parse(await get('/accounts/1'))._links.owner.href).toBe('/owners/1');
  });
});
