/** Validation of a response against the declarations of its operation. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { ResponseValidator } from '../../../src/gateway/conformance/response-validator.ts';
import type { DeclaredResponses } from '../../../src/gateway/validation/responses.ts';
import { BUDGET_ERRORS } from '../../../src/gateway/validation/schema/validation-budget.ts';
import type { UpstreamResponse } from '../../../src/outbound/call/upstream-response.ts';

const JSON_HEAD = ['Content-Type', 'application/json'];
const PICTURE = ['Content-Type', 'image/png'];
const error = {
  instancePath: '/a',
  schemaPath: '',
  keyword: 'type',
  params: { type: 'string' },
  message: 'm',
};

interface Given {
  readonly status?: number;
  readonly head?: readonly string[];
  readonly method?: string;
  readonly path?: string;
  /** Declared media types; undefined if the status is not declared. */
  readonly types?: readonly string[] | undefined;
  readonly check?: ((value: unknown, bytes: number) => readonly object[]) | undefined;
  readonly headers?: (values: ReadonlyMap<string, readonly string[]>) => void;
}

const validatorOf = (given: Given): ResponseValidator => {
  const { status = 200, head = JSON_HEAD, method = 'GET', path = '/x', headers } = given;
  const types = 'types' in given ? given.types : ['application/json', 'image/png'];
  const check = 'check' in given ? given.check : () => [];
  const header = (name: string) =>
    head[head.findIndex((one, i) => i % 2 === 0 && one.toLowerCase() === name) + 1];
  const response = {
    status,
    rawHeaders: head,
    header: (name: string) => (head.some((one) => one.toLowerCase() === name) ? header(name) : undefined),
  };
  const declared = types && {
    types,
    mediaFor: (type: string) => (types.includes(type.split(';')[0] ?? '') ? { check } : undefined),
    checkHeaders: (values: () => ReadonlyMap<string, readonly string[]>) => {
      headers?.(values());
      return headers ? [{ in: 'header', pointer: '#/x-a', detail: 'is required' }] : [];
    },
  };
  const contract = { find: () => declared, statuses: ['200', 'default'] };
  return new ResponseValidator(
    contract as unknown as DeclaredResponses,
    response as unknown as UpstreamResponse,
    {
      method,
      path,
    },
  );
};

describe('The parts of a response that are validated', () => {
  it.each<[string, Given, 'body' | 'part' | 'head']>([
    ['JSON', {}, 'body'],
    ['JSON with parameters', { head: ['content-type', 'application/json; charset=utf-8'] }, 'body'],
    ['an error', { status: 404 }, 'body'],
    ['an error of a request with fields', { status: 404, path: '/x?fields=a' }, 'body'],
    ['a redirect of a request with fields', { status: 300, path: '/x?fields=a' }, 'body'],
    ['JSON of HEAD', { method: 'HEAD' }, 'head'],
    ['part of JSON of HEAD', { method: 'HEAD', status: 206 }, 'head'],
    ['204', { status: 204 }, 'head'],
    ['205', { status: 205 }, 'head'],
    ['304', { status: 304 }, 'head'],
    ['a part', { status: 206 }, 'part'],
    ['a response cut by fields', { path: '/x?fields=a' }, 'part'],
    ['a response cut by fields among others', { path: '/x?a=b&fields=a', status: 299 }, 'part'],
    ['a response to a parameter with another name', { path: '/x?nofields=a' }, 'body'],
    ['a response of a path with that in it', { path: '/fields=a' }, 'body'],
    ['a picture', { head: PICTURE }, 'head'],
    ['part of a picture', { head: PICTURE, status: 206 }, 'head'],
    ['JSON without a schema', { check: undefined }, 'head'],
    ['JSON that is not declared', { types: ['text/plain'] }, 'head'],
    ['a status that is not declared', { types: undefined }, 'head'],
    ['no type and an unknown length', { head: [] }, 'body'],
    ['no type and a known length', { head: ['Content-Length', '1'] }, 'head'],
    ['no type where none is declared', { head: [], types: [] }, 'head'],
  ])('The parts to validate for %j', (_, given, expected) => {
    const { needsBody, isPartial } = validatorOf(given);
    expect([needsBody, isPartial]).toEqual([expected === 'body', expected === 'part']);
  });
});

describe('The head of a response', () => {
  it.each([200, 201, 404, 500, 502, 207, 303, 417])('The status %i has to be declared', (status) => {
    expect(validatorOf({ status, types: undefined }).validateHead()).toEqual([
      { kind: 'status', detail: `${status} is not declared; the contract declares 200, default` },
    ]);
  });

  it.each([206, 304, 416, 501])('The status %i does not have to be declared', (status) => {
    expect(validatorOf({ status, types: undefined }).validateHead()).toEqual([]);
  });

  const long = `${'a'.repeat(60)}/${'b'.repeat(100)}`;
  it.each<[Given, string | undefined]>([
    [{}, undefined],
    [{ types: [] }, undefined],
    [{ head: ['Content-Type', 'text/csv'], types: [] }, undefined],
    [{ head: ['Content-Type', 'Text/CSV; a=b'] }, 'text/csv'],
    [{ head: ['Content-Type', long] }, long],
    [{ head: ['Content-Type', `a${long}`] }, 'a different type'],
    [{ head: ['Content-Type', `${long}b`] }, 'a different type'],
    [{ head: ['Content-Type', 'no media type'] }, 'missing or malformed'],
    [{ head: ['Content-Type', '!text/csv'] }, 'a different type'],
    [{ head: ['Content-Type', 'text/csv!'] }, 'a different type'],
    [{ head: [] }, undefined],
    [{ head: ['Content-Length', '1'] }, 'missing or malformed'],
    [{ head: ['Content-Length', '0'] }, undefined],
    [{ head: ['Content-Length', '0', 'Content-Type', 'text/csv'] }, 'text/csv'],
    [{ head: [], method: 'HEAD' }, undefined],
    [{ head: ['Content-Type', 'text/csv'], method: 'HEAD' }, 'text/csv'],
    [{ head: ['Content-Type', 'text/csv'], status: 204 }, undefined],
    [{ head: ['Content-Type', 'text/csv'], status: 205 }, undefined],
    [{ head: ['Content-Type', 'text/csv'], status: 304 }, undefined],
    [{ head: ['Content-Type', 'text/csv'], status: 206 }, 'text/csv'],
  ])('The fault for %j names the type %s', (given, shown) => {
    const types = (given.types ?? ['application/json', 'image/png']).join(', ');
    expect(validatorOf(given).validateHead()).toEqual(
      shown === undefined
        ? []
        : [
            {
              kind: 'media-type',
              pointer: '#/content-type',
              detail: `is ${shown}, but the contract declares ${types}`,
            },
          ],
    );
  });

  it('Headers with the same name are validated as one, and of cookies the first one', () => {
    let seen: unknown;
    const headers = (values: ReadonlyMap<string, readonly string[]>) => {
      seen = Object.fromEntries(values);
    };
    const head = [...JSON_HEAD, 'X-A', '1', 'Set-Cookie', 'a=b', 'x-a', '2', 'set-cookie', 'c=d', 'X-A', '3'];
    expect(validatorOf({ head, headers }).validateHead()).toEqual([
      { kind: 'header', pointer: '#/x-a', detail: 'is required' },
    ]);
    expect(seen).toEqual({ 'content-type': ['application/json'], 'x-a': ['1, 2, 3'], 'set-cookie': ['a=b'] });
    expect(validatorOf({ head: ['Content-Type', 'text/csv'], headers }).validateHead()).toMatchObject([
      { kind: 'media-type' },
      { kind: 'header' },
    ]);
  });
});

describe('The body of a response', () => {
  it.each<[string, Buffer | undefined, boolean]>([
    ['need not have a type where it is empty', Buffer.of(), false],
    ['has to have a type where it is not empty', Buffer.from('x'), true],
    ['has to have a type where it is too large to be read', undefined, true],
  ])('%s', async (_, bytes, isBroken) => {
    const detail = 'is missing or malformed, but the contract declares application/json, image/png';
    const fault = { kind: 'media-type', pointer: '#/content-type', detail };
    expect(await validatorOf({ head: [] }).validateBody(bytes, 100)).toEqual(isBroken ? [fault] : []);
  });

  const text = JSON.stringify({ a: 1 });
  const gzipped = gzipSync(text);

  it('The decoded body is validated with its size', async () => {
    const seen: unknown[] = [];
    const check = (value: unknown, bytes: number) => {
      seen.push([value, bytes]);
      return [];
    };
    expect(await validatorOf({ check }).validateBody(Buffer.from(text), 100)).toEqual([]);
    const head = [...JSON_HEAD, 'Content-Encoding', 'gzip'];
    expect(await validatorOf({ check, head }).validateBody(gzipped, 100)).toEqual([]);
    expect(seen).toEqual([
      [{ a: 1 }, text.length],
      [{ a: 1 }, text.length],
    ]);
  });

  it.each<[string, Given, Buffer | string]>([
    ['an encoding that is not known', { head: [...JSON_HEAD, 'Content-Encoding', 'private'] }, text],
    [
      'more than the limit when decoded',
      { head: [...JSON_HEAD, 'Content-Encoding', 'gzip'] },
      gzipSync('1'.repeat(101)),
    ],
    ['a charset that is not known', { head: ['Content-Type', 'application/json; charset=private'] }, text],
    ['too many steps', { check: () => BUDGET_ERRORS }, text],
    [
      'a check that throws',
      {
        check: () => {
          throw new RangeError('too deep');
        },
      },
      text,
    ],
  ])('The body cannot be validated with %s', async (_, given, bytes) => {
    expect(await validatorOf(given).validateBody(Buffer.from(bytes), 100)).toBeUndefined();
  });

  it.each<[Given, Buffer | string, string]>([
    [{ head: [...JSON_HEAD, 'Content-Encoding', 'gzip'] }, text, 'does not match its `Content-Encoding`'],
    [{}, Buffer.of(0x22, 0xff, 0x22), 'is not valid UTF-8'],
    [{}, '{', 'is not well-formed JSON'],
    [{}, '', 'is not well-formed JSON'],
  ])('The body with %j has one fault at its root: %s', async (given, bytes, detail) => {
    expect(await validatorOf(given).validateBody(Buffer.from(bytes), 100)).toEqual([
      { kind: 'body', pointer: '#', detail },
    ]);
  });

  it.each([
    [19, 19],
    [20, 20],
    [21, 20],
    [500, 20],
  ])('A body with %i faults is reported with %i', async (given, reported) => {
    const check = () => Array.from({ length: given }, (_, n) => ({ ...error, instancePath: `/${n}` }));
    const faults = await validatorOf({ check }).validateBody(Buffer.from(text), 100);
    expect(faults?.map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual(
      Array.from({ length: reported }, (_, n) => `body #/${n}`),
    );
  });
});
