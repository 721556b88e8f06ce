import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { diffDocuments } from '../../../src/tools/openapi-diff/documents.ts';
import { isNewMajor } from '../../../src/tools/openapi-diff/version.ts';
import { denseDocuments } from '../../support/hostile.ts';

const order = {
  type: 'object',
  required: ['id', 'status'],
  properties: {
    id: { type: 'string', format: 'uuid', readOnly: true },
    status: { type: 'string', enum: ['open', 'done'] },
    note: { type: 'string', maxLength: 100 },
    secret: { type: 'string', writeOnly: true },
    parent: { $ref: '#/components/schemas/Order' },
    payment: {
      oneOf: [{ $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Cash' }],
    },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 5 },
  },
};

const base = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1.0.0' },
  paths: {
    '/orders/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      get: {
        operationId: 'getOrder',
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } },
          { name: 'X-Trace', in: 'header', schema: { type: 'string' } },
        ],
        responses: {
          200: {
            description: '',
            headers: { ETag: { schema: { type: 'string' } } },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
            links: { consumer: { operationId: 'getConsumer' } },
          },
          404: { description: '' },
        },
      },
      put: {
        operationId: 'putOrder',
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } },
        responses: { 204: { description: '' } },
      },
    },
    '/consumers': { get: { operationId: 'getConsumer', security: [{ key: [] }, {}], responses: {} } },
  },
  webhooks: {
    shipped: {
      post: {
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Card' } } } },
      },
    },
  },
  components: {
    'x-problems': { gone: { title: 'Gone', status: 410 } },
    securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } },
    schemas: {
      Order: order,
      Card: { type: 'object', properties: { kind: { const: 'card' }, number: { type: 'string' } } },
      Cash: { type: 'object', properties: { kind: { const: 'cash' } } },
      Voucher: { type: 'object', properties: { kind: { const: 'voucher' } } },
    },
  },
};

// biome-ignore lint/suspicious/noExplicitAny: documents are changed wherever it is.
type Loose = any;

const changed = (edit: (document: Loose) => void): OpenAPIObject => {
  const document = structuredClone(base) as Loose;
  edit(document);
  return document;
};

const difference = (edit: (document: Loose) => void, back = false) => {
  const [old, now] = [structuredClone(base) as Loose, changed(edit)];
  return diffDocuments(...((back ? [now, old] : [old, now]) as [OpenAPIObject, OpenAPIObject])).map(
    ({ kind, subject, pointer, reason }) => `${kind}: ${subject} ${reason} (${pointer})`,
  );
};

const GET = '#/paths/~1orders~1%7Bid%7D/get';
const PUT = '#/paths/~1orders~1%7Bid%7D/put';
const ORDER = '#/components/schemas/Order';
const order_ = (document: Loose) => document.components.schemas.Order;
const get = (document: Loose) => document.paths['/orders/{id}'].get;
const put = (document: Loose) => document.paths['/orders/{id}'].put;
const received = 'GET /orders/{id}';
const sent = 'PUT /orders/{id}';

/** The subject, the edit, its result, and the result of the inverse edit. */
const TABLE: [about: string, edit: (document: Loose) => void, there: string[], back: string[]][] = [
  [
    'an operation',
    (d) => delete d.paths['/consumers'],
    ['breaking: GET /consumers was removed (#/paths/~1consumers/get)'],
    ['adding: GET /consumers is new (#/paths/~1consumers/get)'],
  ],
  [
    'a webhook',
    (d) => delete d.webhooks.shipped,
    ['breaking: POST shipped was removed (#/webhooks/shipped/post)'],
    ['adding: POST shipped is new (#/webhooks/shipped/post)'],
  ],
  [
    'the name of a parameter of the path',
    (d) => {
      const { '/orders/{id}': item } = d.paths;
      delete d.paths['/orders/{id}'];
      item.parameters[0].name = 'orderId';
      d.paths['/orders/{orderId}'] = item;
    },
    [],
    [],
  ],
  [
    'a deprecation',
    (d) => {
      get(d).deprecated = true;
      get(d).parameters[0].deprecated = true;
      order_(d).properties.note.deprecated = true;
    },
    [
      `deprecating: ${received} is deprecated (${GET})`,
      `deprecating: ${received} limit is deprecated (${GET}/parameters/0)`,
      `deprecating: ${received} is deprecated (${ORDER}/properties/note)`,
    ],
    [],
  ],
  [
    'an operationId',
    (d) => (get(d).operationId = 'readOrder'),
    [`breaking: ${received} changed its operationId from getOrder to readOrder (${GET})`],
    [`breaking: ${received} changed its operationId from readOrder to getOrder (${GET})`],
  ],
  [
    'credentials',
    (d) => (get(d).security = [{ key: [] }]),
    [`breaking: ${received} requires different credentials (${GET})`],
    [],
  ],
  [
    'how credentials are sent',
    (d) => (d.components.securitySchemes.key.name = 'X-Api-Key'),
    ['breaking: security key has a different name (#/components/securitySchemes/key)'],
    ['breaking: security key has a different name (#/components/securitySchemes/key)'],
  ],
  [
    'an optional parameter',
    (d) => get(d).parameters.push({ name: 'sort', in: 'query', schema: {} }),
    [`adding: ${received} sort is now accepted too (${GET}/parameters/2)`],
    [`breaking: ${received} sort is no longer accepted (${GET}/parameters/2)`],
  ],
  [
    'a required parameter',
    (d) => get(d).parameters.push({ name: 'sort', in: 'query', required: true, schema: {} }),
    [`breaking: ${received} sort is new and required (${GET}/parameters/2)`],
    [`breaking: ${received} sort is no longer accepted (${GET}/parameters/2)`],
  ],
  [
    'the need for a parameter',
    (d) => (get(d).parameters[0].required = true),
    [`breaking: ${received} limit is now required (${GET}/parameters/0)`],
    [],
  ],
  ['the case of a header', (d) => (get(d).parameters[1].name = 'x-trace'), [], []],
  [
    'the style of a parameter',
    (d) => (get(d).parameters[0].explode = false),
    [`breaking: ${received} limit now has the style form (${GET}/parameters/0)`],
    [`breaking: ${received} limit now has the style form, exploded (${GET}/parameters/0)`],
  ],
  [
    'a limit of a parameter',
    (d) => (get(d).parameters[0].schema.maximum = 50),
    [`breaking: ${received} maximum changed from 100 to 50 (${GET}/parameters/0/schema)`],
    [],
  ],
  [
    'the need for a body',
    (d) => (put(d).requestBody.required = true),
    [`breaking: ${sent} now requires a body (${PUT}/requestBody)`],
    [],
  ],
  [
    'a body',
    (d) => delete put(d).requestBody,
    [`breaking: ${sent} no longer accepts a body (${PUT}/requestBody)`],
    [`adding: ${sent} now accepts a body (${PUT}/requestBody)`],
  ],
  [
    'a media type of a request',
    (d) => (put(d).requestBody.content['text/csv'] = {}),
    [`adding: ${sent} text/csv is now accepted too (${PUT}/requestBody/content/text~1csv)`],
    [`breaking: ${sent} text/csv is no longer accepted (${PUT}/requestBody/content/text~1csv)`],
  ],
  [
    'a media type of a response',
    (d) => (get(d).responses[200].content['text/csv'] = {}),
    [`adding: ${received} text/csv is now offered too (${GET}/responses/200/content/text~1csv)`],
    [`breaking: ${received} text/csv is no longer offered (${GET}/responses/200/content/text~1csv)`],
  ],
  [
    'a status of success',
    (d) => (get(d).responses[203] = { description: '' }),
    [`adding: ${received} may now respond with 203 (${GET}/responses/203)`],
    [`breaking: ${received} no longer responds with 203 (${GET}/responses/203)`],
  ],
  [
    'a status of failure',
    (d) => delete get(d).responses[404],
    [],
    [`adding: ${received} may now respond with 404 (${GET}/responses/404)`],
  ],
  [
    'a header and a link',
    (d) => {
      delete get(d).responses[200].headers.ETag;
      delete get(d).responses[200].links.consumer;
    },
    [
      `breaking: ${received} the header ETag was removed (${GET}/responses/200/headers/ETag)`,
      `breaking: ${received} the link consumer was removed (${GET}/responses/200/links/consumer)`,
    ],
    [
      `adding: ${received} the header ETag is new (${GET}/responses/200/headers/ETag)`,
      `adding: ${received} the link consumer is new (${GET}/responses/200/links/consumer)`,
    ],
  ],
  [
    'where a link leads',
    (d) => (get(d).responses[200].links.consumer.operationId = 'getOrder'),
    [`breaking: ${received} the link consumer now leads elsewhere (${GET}/responses/200/links/consumer)`],
    [`breaking: ${received} the link consumer now leads elsewhere (${GET}/responses/200/links/consumer)`],
  ],
  [
    'a type of problem',
    (d) => delete d.components['x-problems'].gone,
    ['breaking: problem gone was removed (#/components/x-problems/gone)'],
    ['adding: problem gone is new (#/components/x-problems/gone)'],
  ],
  [
    'a member',
    (d) => delete order_(d).properties.note,
    [`breaking: ${received} note was removed (${ORDER}/properties/note)`],
    [`adding: ${received} is new (${ORDER}/properties/note)`],
  ],
  [
    'the need for a member',
    (d) => order_(d).required.push('note'),
    [`breaking: ${sent} is now required (${ORDER}/properties/note)`],
    [`breaking: ${received} may now be missing (${ORDER}/properties/note)`],
  ],
  [
    'a member that has to be sent',
    (d) => {
      order_(d).properties.total = { type: 'number' };
      order_(d).required.push('total');
    },
    [
      `breaking: ${sent} is new and required (${ORDER}/properties/total)`,
      `adding: ${received} is new (${ORDER}/properties/total)`,
    ],
    [`breaking: ${received} total was removed (${ORDER}/properties/total)`],
  ],
  [
    'what is never sent, and what is never received',
    (d) => {
      order_(d).properties.id.maxLength = 3;
      order_(d).properties.secret.type = ['string', 'null'];
    },
    [`adding: ${sent} changed from string to string or null (${ORDER}/properties/secret)`],
    [
      `breaking: ${received} no longer has maxLength 3 (${ORDER}/properties/id)`,
      `breaking: ${sent} changed from string or null to string (${ORDER}/properties/secret)`,
    ],
  ],
  [
    'a value of an enumeration',
    (d) => order_(d).properties.status.enum.push('late'),
    [
      `breaking: ${received} may now be "late" (${ORDER}/properties/status)`,
      `adding: ${sent} may now be "late" (${ORDER}/properties/status)`,
    ],
    [`breaking: ${sent} may no longer be "late" (${ORDER}/properties/status)`],
  ],
  [
    'a type',
    (d) => (order_(d).properties.tags.items = { type: 'integer' }),
    [`breaking: ${received} changed from string to integer (${ORDER}/properties/tags/items)`],
    [`breaking: ${received} changed from integer to string (${ORDER}/properties/tags/items)`],
  ],
  [
    'null',
    (d) => (order_(d).properties.note.type = ['string', 'null']),
    [
      `breaking: ${received} changed from string to string or null (${ORDER}/properties/note)`,
      `adding: ${sent} changed from string to string or null (${ORDER}/properties/note)`,
    ],
    [`breaking: ${sent} changed from string or null to string (${ORDER}/properties/note)`],
  ],
  [
    'a limit of what goes both ways',
    (d) => (order_(d).properties.note.maxLength = 200),
    [`breaking: ${received} maxLength changed from 100 to 200 (${ORDER}/properties/note)`],
    [`breaking: ${sent} maxLength changed from 200 to 100 (${ORDER}/properties/note)`],
  ],
  [
    'an alternative',
    (d) => order_(d).properties.payment.oneOf.unshift({ $ref: '#/components/schemas/Voucher' }),
    [
      `breaking: ${received} may now be Voucher (${ORDER}/properties/payment)`,
      `adding: ${sent} may now be Voucher (${ORDER}/properties/payment)`,
    ],
    [`breaking: ${sent} may no longer be Voucher (${ORDER}/properties/payment/oneOf/0)`],
  ],
  [
    'the order of alternatives, members and needs',
    (d) => {
      order_(d).properties.payment.oneOf.reverse();
      order_(d).required.reverse();
      order_(d).properties = Object.fromEntries(Object.entries(order_(d).properties).reverse());
    },
    [],
    [],
  ],
  [
    'a second thing that it may be',
    (d) =>
      (put(d).requestBody.content['application/json'].schema = {
        oneOf: [{ $ref: ORDER }, { $ref: '#/components/schemas/Cash' }],
      }),
    [`adding: ${sent} may now be Cash (${PUT}/requestBody/content/application~1json/schema)`],
    [`breaking: ${sent} may no longer be Cash (${PUT}/requestBody/content/application~1json/schema/oneOf/1)`],
  ],
  [
    'what may be there besides',
    (d) => (order_(d).additionalProperties = false),
    [`breaking: ${sent} no longer accepts other members (${ORDER})`],
    [],
  ],
  [
    'where a schema is written',
    (d) => {
      const { id, ...properties } = order_(d).properties;
      d.components.schemas.Base = { type: 'object', required: ['id'], properties: { id } };
      d.components.schemas.Order = {
        allOf: [{ $ref: '#/components/schemas/Base' }, { type: 'object', required: ['status'], properties }],
      };
    },
    [],
    [],
  ],
];

describe('The difference of two documents', () => {
  it.each(TABLE)('reports %s', (_about, edit, there, back) => {
    expect(difference(edit).toSorted()).toEqual(there.toSorted());
    expect(difference(edit, true).toSorted()).toEqual(back.toSorted());
  });

  it('treats the request of a webhook as received', () => {
    const edit = (d: Loose) => delete d.components.schemas.Card.properties.number;
    expect(difference((d) => (d.webhooks.shipped.post.requestBody.content['text/plain'] = {}))).toEqual([
      'adding: POST shipped text/plain is now offered too (#/webhooks/shipped/post/requestBody/content/text~1plain)',
    ]);
    expect(difference(edit)).toContainEqual(expect.stringContaining('number was removed'));
  });

  it('terminates for recursive schemas and reports each change once', () => {
    const all = difference((d) => {
      order_(d).properties.parent = { allOf: [{ $ref: ORDER }, { $ref: ORDER }] };
      order_(d).properties.note.maxLength = 1;
    });
    expect(all).toEqual([`breaking: ${sent} maxLength changed from 100 to 1 (${ORDER}/properties/note)`]);
  });

  it('ignores changes of descriptions', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (description, example) => {
        const all = difference((d) => {
          d.info.description = description;
          get(d).summary = description;
          order_(d).description = description;
          order_(d).properties.note.examples = [example];
        });
        expect(all).toEqual([]);
      }),
    );
  });
});

describe('The new major version', () => {
  it.each([
    ['1.2.3', '2.0.0', true],
    ['1.2.3', '1.3.0', false],
    ['2.0.0', '1.0.0', false],
    ['0.1.0', '0.2.0', true],
    ['0.1.0', '0.1.9', false],
    ['0.9.0', '1.0.0', true],
    ['v3', '4', true],
    ['2024-01-01', '2025-01-01', true],
    ['next', '2.0.0', undefined],
  ])('A change from %s to %s is a new major version: %s', (old, now, isNew) => {
    expect(isNewMajor(old, now)).toBe(isNew);
  });
});

it.each(Object.entries(denseDocuments))(
  'A document equals itself, and is compared quickly, with %s',
  (_, document) => {
    const copy = structuredClone(document) as OpenAPIObject;
    expect(diffDocuments(document as OpenAPIObject, copy)).toEqual([]);
  },
);
