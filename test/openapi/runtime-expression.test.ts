import { describe, expect, it } from '@jest/globals';
import { parseExact } from '../../src/codecs/exact-json.ts';
import { compileExpression, type ExpressionContext } from '../../src/openapi/runtime-expression.ts';

const exchange: ExpressionContext = {
  path: { id: 'p1', 'a.b': 'dotted' },
  query: { id: 'q1', count: 5 },
  body: parseExact(
    '{"id":"b1","count":0,"isOpen":false,"none":null,"big":12345678901234567890,"a/b":{"m~n":"odd"},' +
      '"lines":[{"id":"l0","tags":["x","y"]},{"id":"l1"}],"":{"":"empty"}}',
  ),
};

describe('A runtime expression', () => {
  it.each<[string, unknown]>([
    ['$response.body#/id', 'b1'],
    ['$response.body#/count', 0],
    ['$response.body#/isOpen', false],
    ['$response.body#/big', '12345678901234567890'],
    ['$response.body#/a~1b/m~0n', 'odd'],
    ['$response.body#/lines/1/id', 'l1'],
    ['$response.body#/lines/0/tags/1', 'y'],
    ['$response.body#//', 'empty'],
    ['$request.path.id', 'p1'],
    ['$request.path.a.b', 'dotted'],
    ['$request.query.id', 'q1'],
    ['$request.query.count', 5],
    ['a constant', 'a constant'],
    ['', ''],
    ['$request.header.id', '$request.header.id'],
    ['$request.path.', '$request.path.'],
    ['x$request.path.id', 'x$request.path.id'],
    ['$response.bodyguard#/id', '$response.bodyguard#/id'],
    ['$response.header#/id', '$response.header#/id'],
  ])('%s is %j', (text, value) => {
    expect(compileExpression(text)(exchange)).toBe(value);
  });

  it.each([
    '$response.body',
    '$response.body#',
    '$response.body#/none',
    '$response.body#/lines',
    '$response.body#/a~1b',
    '$response.body#/nothing',
    '$response.body#/nothing/deeper',
    '$response.body#/id/length',
    '$response.body#/big/rawJSON',
    '$response.body#/lines/2/id',
    '$response.body#/lines/length/x',
    '$response.body#/toString',
    '$request.path.nothing',
    '$request.query.nothing',
  ])('%s has no value without a scalar', (text) => {
    expect(compileExpression(text)(exchange)).toBeUndefined();
  });

  it('uses the element of an x-each link instead of the first', () => {
    const each = compileExpression('$response.body#/lines/0/id', '/lines');
    expect([each(exchange), each(exchange, 0), each(exchange, 1), each(exchange, 2)]).toEqual([
      'l0',
      'l0',
      'l1',
      undefined,
    ]);
    const deeper = compileExpression('$response.body#/lines/0/tags/0', '/lines');
    expect([deeper(exchange, 0), deeper(exchange, 1)]).toEqual(['x', undefined]);
  });

  it.each(['$response.body#/id', '$request.path.id', 'a constant'])(
    '%s is the same for each element where it is not within one',
    (text) => {
      const each = compileExpression(text, '/lines');
      expect(each(exchange, 1)).toBe(compileExpression(text)(exchange));
    },
  );

  it('uses another array whose pointer has the x-each pointer as prefix', () => {
    const body = { lines: ['a', 'b'], 'lines/0': ['c'], linesOf: [{ id: 'd' }, { id: 'e' }] };
    expect(compileExpression('$response.body#/linesOf/0/id', '/lines')({ ...exchange, body }, 1)).toBe('d');
    expect(compileExpression('$response.body#/lines/0', '/lines')({ ...exchange, body }, 1)).toBe('a');
  });
});
