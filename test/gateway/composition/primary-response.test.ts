/** The request to the service for a composed response. */
import { describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { startGateway } from '../../support/gateway.ts';
import { libraryDocument, libraryHandler } from '../../support/library.ts';

const BOOK = { id: '1', title: 'A', author: { id: 'ann' } };
const CONDITIONS = { 'if-none-match': '"x"', 'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' };
const UNREADABLE = { range: 'bytes=0-1', 'if-range': '"x"', 'accept-encoding': 'br' };
const FORWARDED = { 'x-own': 'a', 'if-match': '"y"', cookie: 'a=b' };

const start = async () => {
  const gateway = await startGateway({ library: libraryDocument() });
  const { library } = gateway.services;
  if (library === undefined) throw new Error('no service');
  library.respond = libraryHandler({ '/books/1': BOOK, '/books': BOOK });
  const ask = async (path: string, method: string, headers: Record<string, string>) => {
    const { statusCode, body } = await request(gateway.url + path, {
      method: method as 'GET',
      headers,
      body: method === 'POST' ? JSON.stringify(BOOK) : null,
    });
    return { status: statusCode, text: await body.text(), upstreamRequest: library.requests.at(-1) };
  };
  return { ask };
};

describe('The request for the primary resource', () => {
  it.each(['GET', 'HEAD'])(
    'The request for %s is an unconditional GET for the complete resource',
    async (method) => {
      const { ask } = await start();
      const { status, text, upstreamRequest } = await ask('/books/1', method, {
        ...CONDITIONS,
        ...UNREADABLE,
        ...FORWARDED,
      });
      expect([status, text === '']).toEqual([200, method === 'HEAD']);
      expect(upstreamRequest?.method).toBe('GET');
      expect(upstreamRequest?.headers).toMatchObject(FORWARDED);
      for (const name of Object.keys({ ...CONDITIONS, ...UNREADABLE }))
        expect(upstreamRequest?.headers).not.toHaveProperty(name);
    },
  );

  it('An unsafe request keeps its method and conditions, without headers that make the response unreadable', async () => {
    const { ask } = await start();
    const { upstreamRequest } = await ask('/books', 'POST', {
      ...CONDITIONS,
      ...UNREADABLE,
      ...FORWARDED,
      'content-type': 'application/json',
    });
    expect(upstreamRequest?.method).toBe('POST');
    expect(upstreamRequest?.headers).toMatchObject({ ...CONDITIONS, ...FORWARDED });
    for (const name of Object.keys(UNREADABLE)) expect(upstreamRequest?.headers).not.toHaveProperty(name);
  });

  it('The gateway requests the JSON type of the service for every format that the client requests', async () => {
    const { ask } = await start();
    for (const accept of ['application/hal+json', 'application/vnd.siren+json', '*/*']) {
      const { upstreamRequest } = await ask('/books/1', 'GET', { accept });
      expect(upstreamRequest?.headers.accept).toBe('application/json');
    }
    const { upstreamRequest } = await ask('/books/1', 'GET', { accept: 'image/png' });
    expect(upstreamRequest?.headers.accept).toBe('image/png');
  });
});
