/** The parts of an expansion: own ones are created in process, others are fetched. */
import { describe, expect, it } from '@jest/globals';
import { defaultLimits } from '../../src/config/limits.ts';
import { pathTemplate } from '../../src/http/uri/href.ts';
import { json } from '../../src/hypermedia/formats/hal.ts';
import type { GraphOperation } from '../../src/hypermedia/graph/model.ts';
import { createExpansion, type GetJson } from '../../src/service/expansion.ts';

const nodeOf = (service: string, more: object = {}) =>
  ({
    service,
    operationId: 'getLamp',
    path: pathTemplate('/lamps/{lampId}'),
    expands: true,
    ...more,
  }) as unknown as GraphOperation;

const made = ({ bytes = 1000, response = { status: 200, body: { id: 'l1' } as unknown } } = {}) => {
  const calls: unknown[] = [];
  const runner = {
    cacheControl: 'max-age=7',
    run: async ({ query, ...request }: { query: URLSearchParams }) => {
      calls.push({ ...request, query: String(query) });
      return response;
    },
  };
  const getJson: GetJson = async (...args) => {
    calls.push(args);
    return { status: 200, body: { id: 'theirs' }, bytes: 3 };
  };
  const limits = { ...defaultLimits.expand, bytes };
  return { calls, ...createExpansion('lamps', new Map([['getLamp', runner as never]]), getJson, limits) };
};

describe('Part of an expansion', () => {
  it('A part of the service itself is created by its operation without a call', async () => {
    const { calls, fetchAs } = made();
    expect(await fetchAs('text/html', json)('/lamps/l%201?a=b', nodeOf('lamps'))).toEqual({
      body: { id: 'l1' },
      bytes: '{"id":"l1"}'.length,
      cacheControl: 'max-age=7',
    });
    expect(calls).toMatchObject([
      { params: { lampId: 'l 1' }, query: 'a=b', body: undefined, url: '/lamps/l%201?a=b', headers: {} },
    ]);
  });

  it('A part of another service is requested on behalf of the client, up to the limit', async () => {
    const { calls, fetchAs } = made();
    for (const accept of ['text/html', undefined])
      expect(await fetchAs(accept, json)('/makers/1', nodeOf('makers'))).toMatchObject({
        body: { id: 'theirs' },
        bytes: 3,
      });
    expect(calls).toEqual([
      ['makers', '/makers/1', 'text/html', 'getLamp', 1000],
      ['makers', '/makers/1', '*/*', 'getLamp', 1000],
    ]);
  });

  it('A part may be as large as the limit and no larger', async () => {
    const body = { id: 'é' };
    const bytes = Buffer.byteLength(JSON.stringify(body));
    const response = { status: 200, body };
    const fetchWith = (limit: number) =>
      made({ bytes: limit, response }).fetchAs('*/*', json)('/lamps/l1', nodeOf('lamps'));
    expect(await fetchWith(bytes)).toMatchObject({ body, bytes });
    await expect(fetchWith(bytes - 1)).rejects.toMatchObject({
      status: 502,
      message: `/lamps/l1 is larger than ${bytes - 1} bytes.`,
    });
  });

  it('A part without the status 200 is a failure', async () => {
    const { fetchAs } = made({ response: { status: 201, body: {} } });
    expect(await fetchAs('*/*', json)('/lamps/l1', nodeOf('lamps'))).toMatchObject({
      problem: { status: 502 },
    });
  });

  it.each<[string, string, object]>([
    ['of another path', '/lamps/l1/more', {}],
    ['of an unknown operation', '/lamps/l1', { operationId: 'other' }],
  ])('An href %s is a fault of the service', async (_, href, more) => {
    await expect(made().fetchAs('*/*', json)(href, nodeOf('lamps', more))).rejects.toThrow(
      `${href} is not a path of `,
    );
  });
});

it.each([
  ['of the service itself', 'lamps', 'lamps', true, false],
  ['within one other service', 'makers', 'makers', true, true],
  ['within one that does not expand', 'makers', 'makers', false, false],
  ['between others', 'makers', 'books', true, false],
  ['from another to this', 'makers', 'lamps', true, false],
])('A relation %s is embedded by its owner or not', (_, owner, target, expands, expected) => {
  expect(made().embeds(nodeOf(owner, { expands }), nodeOf(target))).toBe(expected);
});
