/** Embedded resources have schemas in the documents. */
import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { liftDocuments } from '../../../src/gateway/documents/mark-lifted.ts';
import { publish } from '../../../src/gateway/portal/docs/published-documents.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { mergeIncrementally } from '../../../src/openapi/merge/merge.ts';
import { dangling } from '../../support/dangling.ts';
import { authors, books } from '../../support/graph.ts';

const documentsOf = (...contracts: readonly (typeof books | typeof authors)[]) =>
  contracts.map((contract) => ({ name: contract.service, document: contractDocument(contract, formats) }));

/** Created like `/openapi.json`. */
const served = (services: Parameters<typeof mergeIncrementally>[0]): Promise<OpenAPIObject> => {
  const [whole] = publish(services, 'All', () => mergeIncrementally(services));
  if (whole === undefined) throw new Error('nothing is published');
  return whole.document();
};

type Schema = { properties?: Record<string, Schema> };
const embeddedOf = ({ components }: OpenAPIObject, name: string) =>
  (components?.schemas?.[name] as Schema | undefined)?.properties?._embedded?.properties;

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

describe('Schemas of _embedded', () => {
  it('The document of a service has its own relations, single and multiple', async () => {
    const [, own] = publish(documentsOf(books, authors), 'All', () => mergeIncrementally([]));
    expect(own?.path).toBe('/openapi/books.json');
    expect(embeddedOf((await own?.document()) as OpenAPIObject, 'Book')).toEqual({
      chapters: { type: 'array', items: ref('Chapter') },
    });
  });

  it('The document of the gateway has relations between services and no unresolvable references', async () => {
    const merged = await served(documentsOf(books, authors));
    expect(embeddedOf(merged, 'Book')).toEqual({
      author: ref('Author'),
      chapters: { type: 'array', items: ref('Chapter') },
    });
    expect(embeddedOf(merged, 'Author')).toMatchObject({ books: ref('BookPage') });
    expect(dangling(merged)).toEqual([]);
  });

  it('Relations of lifted resources are included', async () => {
    const plain = (name: string, links: object) => ({
      [`/${name.toLowerCase()}s/{id}`]: {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        get: {
          operationId: `get${name}`,
          responses: {
            200: { description: 'ok', content: { 'application/json': { schema: ref(name) } }, links },
          },
        },
      },
    });
    const link = { operationId: 'getOwner', parameters: { id: '$response.body#/ownerId' } };
    const document = {
      openapi: '3.1.0',
      info: { title: 'Pets', version: '1.0.0' },
      paths: { ...plain('Pet', { owner: link }), ...plain('Owner', {}) },
      components: {
        schemas: {
          Pet: { type: 'object', properties: { ownerId: { type: 'string' } } },
          Owner: { type: 'object', properties: { id: { type: 'string' } } },
        },
      },
    } as unknown as OpenAPIObject;
    const merged = await served(liftDocuments([{ name: 'pets', document }]));
    expect(embeddedOf(merged, 'Pet')).toEqual({ owner: ref('Owner') });
  });

  it('The document grows by one member for each link, even with recursive schemas', async () => {
    const size = async (count: number): Promise<number> => {
      const names = Array.from({ length: count }, (_, index) => `Thing${index}`);
      const links = Object.fromEntries(
        names.map((name) => [
          name.toLowerCase(),
          { operationId: `get${name}`, parameters: { id: '$response.body#/id' } },
        ]),
      );
      const document = {
        openapi: '3.1.0',
        info: { title: 'Things', version: '1.0.0' },
        paths: Object.fromEntries(
          names.map((name) => [
            `/${name}/{id}`,
            {
              get: {
                operationId: `get${name}`,
                parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
                responses: {
                  200: {
                    description: 'ok',
                    content: { 'application/hal+json': { schema: ref(name) } },
                    links,
                  },
                },
              },
            },
          ]),
        ),
        components: {
          schemas: Object.fromEntries(
            names.map((name) => [
              name,
              {
                type: 'object',
                properties: { id: { type: 'string' }, _links: {}, _embedded: { type: 'object' } },
              },
            ]),
          ),
        },
      } as unknown as OpenAPIObject;
      const merged = await served([{ name: 'things', document }]);
      expect(Object.keys(embeddedOf(merged, 'Thing0') ?? {})).toHaveLength(count);
      return JSON.stringify(merged.components?.schemas).length / JSON.stringify(document).length;
    };
    expect(await size(20)).toBeLessThan(2);
    expect(await size(40)).toBeLessThan(2);
  });
});
