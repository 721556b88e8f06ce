/** CORS headers in every form in which the head of a response can be written. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { Cors } from '../../../src/http/cors/cors.ts';

const APP = 'https://app.example';
const cors = new Cors({
  origins: [APP],
  credentials: true,
  maxAge: 1000,
  allowHeaders: [],
  exposeHeaders: [],
  privateNetwork: false,
});

let close = () => {};
afterEach(() => close());

async function serve(app: RequestListener): Promise<string> {
  const server = createServer((req, res) => {
    cors.apply(req, res, { exposed: () => 'ETag' });
    app(req, res);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  close = () => server.close();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const other = { 'Access-Control-Allow-Origin': '*', Vary: 'Accept' };

const WAYS: Readonly<Record<string, RequestListener>> = {
  'set headers and an implicit head': (_req, res) => {
    for (const [name, value] of Object.entries(other)) res.setHeader(name, value);
    res.end('x');
  },
  'set headers, and a head without any': (_req, res) => {
    for (const [name, value] of Object.entries(other)) res.setHeader(name, value);
    res.writeHead(200).end('x');
  },
  'an object': (_req, res) => res.writeHead(200, other).end('x'),
  'an object with lists': (_req, res) =>
    res.writeHead(200, { 'Access-Control-Allow-Origin': ['*', '*'], Vary: ['Accept'] }).end('x'),
  'a raw array': (_req, res) => res.writeHead(200, Object.entries(other).flat()).end('x'),
  'a list of pairs': (_req, res) => res.writeHead(200, Object.entries(other) as never).end('x'),
  'a reason and a raw array': (_req, res) =>
    res.writeHead(200, 'Fine', Object.entries(other).flat()).end('x'),
  'set headers and others in the head': (_req, res) => {
    res.setHeader('access-control-allow-origin', '*');
    res.setHeader('Vary', 'Accept');
    res.writeHead(200, ['Content-Type', 'text/plain']).end('x');
  },
  'a set header that the head replaces': (_req, res) => {
    res.setHeader('Vary', 'Cookie');
    res.writeHead(200, Object.entries(other).flat()).end('x');
  },
  'flushed headers of a stream': (_req, res) => {
    for (const [name, value] of Object.entries(other)) res.setHeader(name, value);
    res.flushHeaders();
    res.write('x');
    res.end();
  },
  'an interim response before': (_req, res) => {
    res.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' }, () =>
      res.writeHead(200, other).end('x'),
    );
  },
  Express: express().use((_req, res) => {
    res.set(other).send('x');
  }) as unknown as RequestListener,
};

it.each(Object.keys(WAYS))('A head that is written as %s has the headers of CORS once', async (name) => {
  const url = await serve(WAYS[name] as RequestListener);
  const { headers, text } = await request(url).get('/').set('Origin', APP);
  expect(text).toBe('x');
  expect(headers).toMatchObject({
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'ETag',
    vary: 'Accept, Origin',
  });
  const none = await request(url).get('/').set('Origin', 'https://evil.example');
  expect([none.headers['access-control-allow-origin'], none.headers.vary]).toEqual([
    undefined,
    'Accept, Origin',
  ]);
});

it('The reason phrase of the response stays', async () => {
  const url = await serve((_req, res) => res.writeHead(299, 'Fine', ['X-A', '1']).end());
  const { res, headers } = (await request(url).get('/')) as unknown as {
    res: { statusMessage: string };
    headers: Record<string, string>;
  };
  expect([res.statusMessage, headers['x-a']]).toEqual(['Fine', '1']);
});
