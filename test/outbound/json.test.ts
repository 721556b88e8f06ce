/** One JSON call to a scripted service. */
import { describe, expect, it } from '@jest/globals';
import { Problem } from '../../src/contract/problem.ts';
import { CallFailure } from '../../src/outbound/call/call-errors.ts';
import { type JsonRequest, type JsonTarget, sendJson } from '../../src/outbound/json.ts';

const MEGABYTE = 1024 ** 2;

const scripted = (rawHeaders: readonly string[], body: string | Error, status = 200) => {
  const requests: Parameters<JsonTarget['send']>[0][] = [];
  const limits: number[] = [];
  const fields = new Map(rawHeaders.map((name, index) => [name.toLowerCase(), rawHeaders[index + 1]]));
  const target: JsonTarget = {
    name: 'things',
    send: async (request) => {
      requests.push(request);
      return {
        status,
        rawHeaders,
        header: (name) => fields.get(name),
        whole: async (limit) => {
          limits.push(limit);
          if (typeof body !== 'string') throw body;
          return Buffer.from(body, 'latin1');
        },
      };
    },
  };
  const send = (request: Partial<JsonRequest> = {}) =>
    sendJson(target, { method: 'GET', path: '/x', ...request });
  return { requests, limits, send };
};
const JSON_TYPE = ['Content-Type', 'application/json'];

describe('A JSON call', () => {
  it('requests JSON without a body or with a JSON body', async () => {
    const { requests, send } = scripted(JSON_TYPE, '1');
    await send({ operationId: 'getX' });
    await send({ method: 'POST', body: { a: 1 }, accept: 'application/hal+json' });
    await send({ body: null });
    const without = ['accept', 'application/json'];
    expect(requests.map(({ body, ...rest }) => ({ ...rest, body: body && String(body) }))).toEqual([
      { method: 'GET', path: '/x', headers: without, body: null, operationId: 'getX', deadline: undefined },
      {
        method: 'POST',
        path: '/x',
        body: '{"a":1}',
        operationId: undefined,
        deadline: undefined,
        headers: ['accept', 'application/hal+json', 'content-type', 'application/json'],
      },
      {
        method: 'GET',
        path: '/x',
        body: 'null',
        operationId: undefined,
        deadline: undefined,
        headers: [...without, 'content-type', 'application/json'],
      },
    ]);
  });

  it('returns the status, the headers and the body of the response', async () => {
    const headers = [...JSON_TYPE, 'Cache-Control', 'max-age=5', 'Retry-After', '7'];
    expect(await scripted(headers, '{"a":[1]}', 418).send()).toEqual({
      status: 418,
      contentType: 'application/json',
      cacheControl: 'max-age=5',
      retryAfter: '7',
      body: { a: [1] },
      bytes: 9,
    });
    expect(await scripted([], '{"a":1}').send()).toEqual({
      status: 200,
      contentType: undefined,
      cacheControl: undefined,
      retryAfter: undefined,
      body: undefined,
      bytes: 7,
    });
  });

  it.each([
    ['application/json', '"\xc3\xa9"', '\u00e9'],
    ['application/problem+json; charset=utf-8', '"\xc3\xa9"', '\u00e9'],
    ['text/plain', '"a"', undefined],
    ['text/plain', 'no JSON', undefined],
  ])('reads %s: %j is %j', async (type, text, expected) => {
    expect((await scripted(['Content-Type', type], text).send()).body).toBe(expected);
  });

  it('parses the text with the given function, and awaits it', async () => {
    const parse = async (text: string) => [text];
    expect((await scripted(JSON_TYPE, '1.0').send({ parse })).body).toEqual(['1.0']);
  });

  it.each([
    [undefined, 10 * MEGABYTE],
    [5, 5],
    [20 * MEGABYTE, 10 * MEGABYTE],
  ])('with the limit %s reads %d bytes at most', async (limit, most) => {
    const { limits, send } = scripted(JSON_TYPE, '1');
    await send(limit === undefined ? {} : { limit });
    expect(limits).toEqual([most]);
  });

  it.each<[string, string | Error]>([
    ['is no JSON', '{'],
    ['is not in its charset', '"\xff"'],
    ['is too large', new Error('The response is larger than 5 bytes.')],
  ])('whose body %s fails with a problem that names the service', async (_how, body) => {
    const problem = await scripted(JSON_TYPE, body)
      .send()
      .catch((error) => error);
    expect(problem).toBeInstanceOf(Problem);
    expect([problem.type.code, problem.message]).toEqual([
      'bad-gateway',
      'The response of the service "things" could not be read.',
    ]);
    expect(Error.isError(problem.cause)).toBe(true);
  });

  it('whose body is truncated fails with a problem that reports it', async () => {
    const failure = new CallFailure({ toProblem: () => undefined } as never, 'broken', {
      cause: new Error('closed'),
    });
    const problem = await scripted(JSON_TYPE, failure)
      .send()
      .catch((error) => error);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem.message).toBe('The response of the service was truncated.');
  });
});
