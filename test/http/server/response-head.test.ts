import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { type Listening, listen } from '../../../src/http/server/listen.ts';
import { type HeadHook, keepHooks, onHead } from '../../../src/http/server/response-head.ts';

const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** The servers under which an app may run: ours, one of Node.js, and Express, which replaces the prototype. */
const SERVERS = {
  'a listener': async (app: RequestListener) => {
    const listening: Listening = await listen(app, { port: 0, host: '127.0.0.1' });
    open.push(() => listening.close(0));
    return listening.url;
  },
  'a server of Node.js': async (app: RequestListener) => {
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
};

const WRITES: Record<string, (res: ServerResponse) => unknown> = {
  'a raw array': (res) => res.writeHead(200, ['X-Own', 'own', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']),
  'an object': (res) => res.writeHead(200, { 'X-Own': 'own', 'Set-Cookie': ['a=1', 'b=2'] }),
  'a list of pairs': (res) =>
    res.writeHead(200, [
      ['X-Own', 'own'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ] as never),
  'a reason and headers': (res) =>
    res.writeHead(200, 'Fine', { 'X-Own': 'own', 'Set-Cookie': ['a=1', 'b=2'] }),
  'headers that were set before': (res) =>
    res.setHeader('X-Own', 'own').setHeader('Set-Cookie', ['a=1', 'b=2']).writeHead(200),
  'no call': (res) => res.setHeader('X-Own', 'own').setHeader('Set-Cookie', ['a=1', 'b=2']),
};

const first: HeadHook = (_req, _res, head) => void head.push('X-Order', 'first');
const second: HeadHook = (req, _res, head) => void head.push('X-Order', `second ${req.url}`);

describe.each(Object.entries(SERVERS))('Changes of a response head on %s', (_name, serve) => {
  it.each(Object.entries(WRITES))(
    'Hooks add their headers to a head that is written with %s',
    async (_way, write) => {
      const url = await serve((_req, res) => {
        onHead(res, first);
        onHead(res, second);
        write(res);
        res.end('body');
      });
      const response = await fetch(`${url}/a`);
      expect(response.status).toBe(200);
      expect(response.headers.get('x-own')).toBe('own');
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
      expect(response.headers.get('x-order')).toBe('first, second /a');
      expect(await response.text()).toBe('body');
    },
  );

  it('Hooks apply to responses of Express', async () => {
    const app = express().get('/a', (_req, res) => void res.json({ own: true }));
    const url = await serve((req, res) => {
      onHead(res, first);
      keepHooks(res);
      app(req, res);
    });
    const response = await fetch(`${url}/a`);
    expect(response.headers.get('x-order')).toBe('first');
    expect(await response.json()).toEqual({ own: true });
  });

  it('A response without hooks is as it was written', async () => {
    const url = await serve((_req, res) => res.writeHead(201, 'Made', ['X-Own', 'own']).end());
    const response = await fetch(url);
    expect([response.status, response.statusText, response.headers.get('x-own')]).toEqual([
      201,
      'Made',
      'own',
    ]);
  });
});
