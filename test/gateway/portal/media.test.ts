/** `?media=`: documents with one media type for each response. */
import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import request from 'supertest';
import { parse } from 'yaml';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { isObject, type Json, walk } from '../../../src/openapi/load/grammar.ts';
import { dangling } from '../../support/dangling.ts';
import { authors, books } from '../../support/graph.ts';
import { pagesApp } from '../../support/pages-app.ts';

const services = [books, authors].map((contract) => ({
  name: contract.service,
  document: contractDocument(contract, formats),
}));
const app = pagesApp({ services });
const get = async (url: string): Promise<OpenAPIObject> => {
  const { text, body } = await request(app).get(url).buffer(true).expect(200);
  return url.includes('.yaml') ? parse(text) : body;
};

/** The media types of each response, as one text. */
function responses(document: OpenAPIObject): string[] {
  const found: string[] = [];
  walk(document as unknown as Json, 'document', (node, kind) => {
    if (kind === 'response' && isObject(node.content)) found.push(Object.keys(node.content).join());
    return node;
  });
  return found;
}

describe('A document for one media type', () => {
  it.each([
    '/openapi.json?media=application/json',
    '/openapi.yaml?media=application/json',
    '/openapi.json?media=application/hal%2Bjson',
    '/openapi.json?media=application/hal+json',
    '/openapi/books.json?media=Application/JSON',
    '/openapi/books.yaml?media=application/json&path=/books/{bookId}',
    '/openapi.json?media=application/json&tag=books',
  ])('%s has one type for each response and no unresolvable references', async (url) => {
    const document = await get(url);
    const requested = decodeURIComponent(/media=([^&]+)/.exec(url)?.[1] ?? '').toLowerCase();
    const types = new Set(responses(document));
    expect(types).toEqual(new Set([requested, 'application/problem+json']));
    expect(dangling(document)).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('Siren');
  });

  it('A document for one media type has the same operations and is smaller', async () => {
    const [whole, one] = [await get('/openapi.json'), await get('/openapi.json?media=application/json')];
    const pathsOf = ({ paths }: OpenAPIObject) =>
      Object.entries(paths ?? {}).map(([path, item]) => [path, Object.keys(item)]);
    expect(pathsOf(one)).toEqual(pathsOf(whole));
    expect(JSON.stringify(one).length).toBeLessThan(JSON.stringify(whole).length);
  });

  it('A response without the requested media type keeps its first type', async () => {
    const document = await get('/openapi.json?media=application/problem%2Bjson');
    expect(new Set(responses(document))).toEqual(
      new Set(['application/prs.hal-forms+json', 'application/problem+json']),
    );
  });

  it.each(['/openapi.json?media=application/jsom', '/openapi/books.yaml?media=application/jsom&tag=books'])(
    '%s is rejected with the allowed types',
    async (url) => {
      const { body } = await request(app).get(url).expect(400);
      expect(body).toMatchObject({
        type: '/problems/part-unknown',
        detail: 'No response has the media type application/jsom. Did you mean application/json?',
        parameter: 'media',
        nearest: 'application/json',
      });
      expect(body.allowed).toContain('application/hal+json');
    },
  );
});
