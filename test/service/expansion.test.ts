/** How a service gets the parts of a response: its own in process, those of others by a call. */
import { describe, expect, it } from '@jest/globals';
import { defaultLimits } from '../../src/config/limits.ts';
import { pathTemplate } from '../../src/http/uri/href.ts';
import { json } from '../../src/hypermedia/formats/hal.ts';
import type { GraphOperation } from '../../src/hypermedia/graph/model.ts';
import { expansion, type GetJson } from '../../src/service/expansion.ts';

const nodeOf = (service: string, more: object = {}) =>
  ({
    service,
    operationId: 'getLamp',
    path: pathTemplate('/lamps/{lampId}'),
    expands: true,
    ...more,
  }) as unknown as GraphOperation;

const made = ({ bytes = 1000, answer = { status: 200, body: { id: 'l1' } as unknown } } = {}) => {
  const asked: unknown[] = [];
  const runner = {
    cacheControl: 'max-age=7',
    answer: async ({ query, ...request }: { query: URLSearchParams }) => {
      asked.push({ ...request, query: String(query) });
      return answer;
    },
  };
  const getJson: GetJson = async (...given) => {
    asked.push(given);
    return { status: 200, body: { id: 'theirs' }, bytes: 3 };
  };
  const limits = { ...defaultLimits.expand, bytes };
  return { asked, ...expansion('lamps', new Map([['getLamp', runner as never]]), getJson, limits) };
};

describe('a part', () => {
  it('of the service itself is made by its own operation, without a call', async () => {
    const { asked, fetchAs } = made();
    expect(await fetchAs('text/html', json)('/lamps/l%201?a=b', nodeOf('lamps'))).toEqual({
      ...{ body: { id: 'l1' }, bytes: '{"id":"l1"}'.length, cacheControl: 'max-age=7' },
    });
    expect(asked).toEqual([
      { params: { lampId: 'l 1' }, query: 'a=b', body: undefined, url: '/lamps/l%201?a=b', headers: {} },
    ]);
  });

  it('of another service is asked for as the caller, whatever it takes, up to the limit', async () => {
    const { asked, fetchAs } = made();
    for (const accept of ['text/html', undefined])
      expect(await fetchAs(accept, json)('/makers/1', nodeOf('makers'))).toMatchObject({
        ...{ body: { id: 'theirs' }, bytes: 3 },
      });
    expect(asked).toEqual([
      ['makers', '/makers/1', 'text/html', 'getLamp', 1000],
      ['makers', '/makers/1', '*/*', 'getLamp', 1000],
    ]);
  });

  it('may be as large as the limit, and no larger', async () => {
    const body = { id: 'é' };
    const bytes = Buffer.byteLength(JSON.stringify(body));
    const answer = { status: 200, body };
    const fetchWith = (limit: number) =>
      made({ bytes: limit, answer }).fetchAs('*/*', json)('/lamps/l1', nodeOf('lamps'));
    expect(await fetchWith(bytes)).toMatchObject({ body, bytes });
    await expect(fetchWith(bytes - 1)).rejects.toMatchObject({
      ...{ status: 502, message: `/lamps/l1 is larger than ${bytes - 1} bytes.` },
    });
  });

  it('that is no success is none', async () => {
    const { fetchAs } = made({ answer: { status: 201, body: {} } });
    expect(await fetchAs('*/*', json)('/lamps/l1', nodeOf('lamps'))).toMatchObject({
      problem: { status: 502 },
    });
  });

  it.each<[string, string, object]>([
    ['of another path', '/lamps/l1/more', {}],
    ['of an operation that is not there', '/lamps/l1', { operationId: 'other' }],
  ])('%s is a fault of the service', async (_, href, more) => {
    await expect(made().fetchAs('*/*', json)(href, nodeOf('lamps', more))).rejects.toThrow(
      `${href} is not of `,
    );
  });
});

it.each([
  ['of the service itself', 'lamps', 'lamps', true, false],
  ['within one other service', 'makers', 'makers', true, true],
  ['within one that does not expand', 'makers', 'makers', false, false],
  ['between others', 'makers', 'books', true, false],
  ['from another to this', 'makers', 'lamps', true, false],
])('What is %s is embedded by its owner, or not', (_, owner, target, expands, expected) => {
  expect(made().embeds(nodeOf(owner, { expands }), nodeOf(target))).toBe(expected);
});
