import { describe, expect, it } from '@jest/globals';
import { compileLink, linkOwner, operationAt } from '../../../src/hypermedia/graph/compile-link.ts';
import type { GraphOperation } from '../../../src/hypermedia/graph/model.ts';

describe('A link to an operation by its path', () => {
  it.each<[string | undefined, string | undefined, string | undefined]>([
    ['#/paths/~1orders~1{orderId}/get', '/orders/{orderId}', 'GET'],
    ['#/paths/~1a~0b/patch', '/a~b', 'PATCH'],
    ['#/paths/~1a%20b/put', '/a b', 'PUT'],
    ['#/paths/~1orders', '/orders', undefined],
    ['#/components/paths/~1orders/get', undefined, undefined],
    ['other.yaml#/paths/~1orders/get', undefined, undefined],
    ['https://a.example/#/paths/~1orders/get', undefined, undefined],
    ['', undefined, undefined],
    [undefined, undefined, undefined],
  ])('refers with %s to the path %s and the method %s', (operationRef, path, method) => {
    expect(operationAt(operationRef)).toEqual({ path, method });
  });
});

describe('The owner of a link', () => {
  interface Named {
    readonly name?: string;
    readonly itemsAt?: readonly string[];
    readonly item?: Named;
  }
  const item: Named = { name: 'Item' };
  const spec = { operationId: 'getItem', parameters: { id: '$response.body#/id' } };

  it('is the resource of the response', () => {
    const whole: Named = { name: 'Order' };
    expect(linkOwner(whole, spec)).toEqual({ shape: whole, spec });
    expect(linkOwner(undefined, spec)).toEqual({ shape: undefined, spec });
  });

  it('is each item of an array', () => {
    expect(linkOwner<Named>({ itemsAt: [], item }, spec)).toEqual({ shape: item, spec });
  });

  it('is the page of a wrapped list, unless the link is declared for each item', () => {
    const page: Named = { itemsAt: ['data', 'items'], item };
    expect(linkOwner(page, spec)).toEqual({ shape: page, spec });
    const other = { ...spec, 'x-each': '/others' };
    expect(linkOwner(page, other)).toEqual({ shape: page, spec: other });
    const each = {
      operationId: 'getItem',
      parameters: { id: '$response.body#/data/items/0/id', total: '$response.body#/total', n: 5 },
      'x-each': '/data/items',
    };
    expect(linkOwner(page, each)).toEqual({
      shape: item,
      spec: {
        operationId: 'getItem',
        parameters: { id: '$response.body#/id', total: '$response.body#/total', n: '5' },
      },
    });
    expect(linkOwner(page, { operationId: 'getItem', 'x-each': '/data/items' } as object)).toEqual({
      shape: item,
      spec: { operationId: 'getItem', parameters: {} },
    });
  });
});

describe('A compiled link', () => {
  const target = { operationId: 'getOrder' } as GraphOperation;
  const exchange = { body: { a: { id: 'o1' } }, path: { id: 'p1' }, query: {} };

  it('has parameter names without their location, and pointers into the body', () => {
    const { parameters, parameterPointers, ...link } = compileLink('order', target, {
      operationId: 'getOrder',
      parameters: {
        'path.orderId': '$response.body#/a/id',
        'query.sort': 'name',
        'header.path.x': 3,
        pathology: '$request.path.id',
        whole: '$response.body',
      },
    });
    expect(link).toEqual({ rel: 'order', target });
    expect(parameters.map(([name, expression]) => [name, expression(exchange)])).toEqual([
      ['orderId', 'o1'],
      ['sort', 'name'],
      ['header.path.x', '3'],
      ['pathology', 'p1'],
      ['whole', undefined],
    ]);
    expect([...parameterPointers]).toEqual([['orderId', ['a', 'id']]]);
  });

  it('keeps an optional description and the array that it is declared for', () => {
    const spec = { operationId: 'getOrder', description: 'What was ordered.', 'x-each': '/a~1b/c' };
    expect(compileLink('order', target, spec)).toEqual({
      rel: 'order',
      target,
      parameters: [],
      parameterPointers: new Map(),
      description: 'What was ordered.',
      each: ['a/b', 'c'],
    });
  });
});
