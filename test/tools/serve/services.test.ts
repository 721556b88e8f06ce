import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { namedServices, type ServiceArguments } from '../../../src/tools/serve/services.ts';

const of = (given: Partial<ServiceArguments>, folder = '/project') =>
  namedServices({ documents: [], upstreams: [], services: [], isMock: false, ...given }, folder);

describe('The services of the command line', () => {
  it('are the documents with their upstreams, in one order', () => {
    const documents = ['orders.yaml', 'http://pets:1/v3/pets.json'];
    expect(of({ documents, upstreams: ['http://a:1', 'http://b:2/base'] })).toEqual([
      { name: 'orders', document: '/project/orders.yaml', url: 'http://a:1' },
      { name: 'pets', document: 'http://pets:1/v3/pets.json', url: 'http://b:2/base' },
    ]);
  });

  it.each([
    ['orders=orders.yaml@http://a:1', 'orders', '/project/orders.yaml', 'http://a:1'],
    ['a-1=/x/y.json@https://a/b', 'a-1', '/x/y.json', 'https://a/b'],
    ['a=http://u@h/d.yaml@http://a:1', 'a', 'http://u@h/d.yaml', 'http://a:1'],
    ['a=x=y.yaml@http://a:1', 'a', '/project/x=y.yaml', 'http://a:1'],
    ['a=x@y.yaml@http://a:1', 'a', '/project/x@y.yaml', 'http://a:1'],
  ])('have the name, the document and the URL of %s', (text, name, document, url) => {
    expect(of({ services: [text] })).toEqual([{ name, document, url }]);
  });

  it('have no URL when they are mocks', () => {
    expect(of({ documents: ['a.yaml'], services: ['b=c.yaml'], isMock: true })).toEqual([
      { name: 'a', document: '/project/a.yaml', url: undefined },
      { name: 'b', document: '/project/c.yaml', url: undefined },
    ]);
  });

  it.each([
    ['shop/openapi.yaml', 'shop'],
    ['openapi.yaml', 'project'],
    ['/openapi.yaml', 'api'],
    ['http://h/swagger.json', 'api'],
    ['http://h/billing/openapi.json', 'billing'],
    ['My Pets (v2).yaml', 'my-pets-v2'],
    ['2026.yaml', 'project'],
    ['日本.yaml', 'project'],
  ])('get a name from the place of the document: %s', (document, name) => {
    expect(of({ documents: [document], isMock: true })[0]?.name).toBe(name);
  });

  it('never share a name, and have only names that gateway.yaml allows', () => {
    const file = fc.oneof(fc.constantFrom('openapi.yaml', 'a/pets.yaml', 'b/pets.yaml'), fc.string());
    fc.assert(
      fc.property(fc.array(file, { minLength: 1 }), (documents) => {
        const names = of({ documents, services: ['pets=x.yaml'], isMock: true }).map(({ name }) => name);
        expect(new Set(names).size).toBe(documents.length + 1);
        expect(names.filter((name) => !/^[a-z][a-z0-9-]*$/.test(name))).toEqual([]);
      }),
    );
  });

  it.each<[Partial<ServiceArguments>, RegExp]>([
    [{ documents: ['a.yaml'] }, /^expected --upstream with the URL of the API.*or --mock$/],
    [{ upstreams: ['http://a'] }, /^--upstream: expected the OpenAPI document/],
    [{ documents: ['a', 'b'], upstreams: ['http://a'] }, /got 2 documents and 1 upstreams$/],
    [{ documents: ['a'], upstreams: ['http://a'], isMock: true }, /^--mock: has no upstream/],
    [{ services: ['a=b@http://a'], isMock: true }, /^--mock: has no upstream/],
    [{ documents: ['a'], upstreams: ['localhost:3000'] }, /^--upstream: expected a URL.*got localhost:3000$/],
    [{ documents: ['a'], upstreams: ['ftp://a'] }, /^--upstream: expected a URL/],
    [{ services: ['a=b@http://a?x'] }, /^--service: expected a URL/],
    [{ services: ['a=b'] }, /^--service: expected NAME=DOCUMENT@URL/],
    [{ services: ['a@http://a'] }, /^--service: expected NAME=DOCUMENT@URL/],
    [{ services: ['a=@http://a'] }, /^--service: expected NAME=DOCUMENT@URL/],
    [{ services: ['=b@http://a'] }, /^--service: expected a name.*got none$/],
    [{ services: ['A=b@http://a'] }, /^--service: expected a name.*got A$/],
    [{ services: ['a=b@http://a', 'a=c@http://c'] }, /^--service: the name a is used twice$/],
  ])('are refused with one clear line: %j', (given, message) => {
    expect(() => of(given)).toThrow(message);
  });

  it('report every upstream that is not a URL', () => {
    expect(() => of({ documents: ['a', 'b'], upstreams: ['x', 'y'] })).toThrow(/got x\n.*got y$/);
  });
});
