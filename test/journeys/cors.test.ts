/** Pages of other origins in a real browser, which enforces CORS: what they can send, and what they can read. */
import { afterEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../support/browser.ts';
import { document, startGateway } from '../support/gateway.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

const notes = document({
  '/notes': {
    get: { responses: { 200: { description: '', headers: { 'X-Total-Count': {} } } } },
    post: { requestBody: { content: { 'application/json': {}, 'text/plain': {} } }, responses: {} },
  },
  '/notes/{id}': { put: { requestBody: { content: { 'application/json': {} } }, responses: {} } },
});

let site: TestUpstream;
afterEach(() => site.stop());

interface Asked {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly credentials?: 'include';
  readonly body?: string;
  readonly mode?: 'no-cors';
}

/** Sends a request in the page, and returns what the page can see. */
const send = (page: Page, { url, ...init }: Asked) =>
  page.evaluate(
    async ({ url, init }) => {
      try {
        const response = await fetch(url, init);
        const { status, headers, type } = response;
        const seen = ['etag', 'x-total-count', 'x-secret'].filter((name) => headers.has(name));
        return { status, type, seen, body: await response.text() };
      } catch {
        return 'blocked';
      }
    },
    { url, init },
  );

describeInBrowser('CORS in a browser', (browser) => {
  const start = async (credentials: boolean) => {
    site = await startUpstream((_req, res) =>
      res.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>'),
    );
    const port = new URL(site.url).port;
    // The same server under two names: two origins, only one of them listed.
    const gateway = await startGateway(
      { notes },
      { config: `cors: { origins: ["http://localhost:${port}"], credentials: ${credentials} }` },
    );
    const received: string[] = [];
    if (gateway.services.notes)
      gateway.services.notes.respond = (req, res) => {
        received.push(`${req.method} ${req.headers.cookie ?? '-'}`);
        res
          .writeHead(200, {
            'Content-Type': 'application/json',
            'Access-Control-Allow-Origin': '*',
            ETag: '"1"',
            'X-Total-Count': '1',
            'X-Secret': '1',
            'Set-Cookie': 'session=1',
          })
          .end('{}');
      };
    const open = async (host: string) => {
      const page = await browser().newPage();
      await page.goto(`http://${host}:${port}/`);
      return page;
    };
    // Cookies belong to hosts, whatever their port.
    const api = gateway.url.replace('127.0.0.1', 'localhost');
    return { api, open, received };
  };
  const json = { 'Content-Type': 'application/json' };

  it('The page of a listed origin reads responses, exposed headers and errors, and sends changes after a preflight', async () => {
    const { api, open, received } = await start(true);
    const page = await open('localhost');
    expect(await send(page, { url: `${api}/notes` })).toEqual({
      status: 200,
      type: 'cors',
      seen: ['etag', 'x-total-count'],
      body: '{}',
    });
    expect(
      await send(page, {
        url: `${api}/notes/1`,
        method: 'PUT',
        headers: { ...json, 'If-Match': '"1"', 'Idempotency-Key': 'k' },
        body: '{}',
        credentials: 'include',
      }),
    ).toMatchObject({ status: 200 });
    expect(await send(page, { url: `${api}/nothing` })).toMatchObject({ status: 404 });
    expect(
      await send(page, {
        url: `${api}/notes/1`,
        method: 'PUT',
        headers: { 'Content-Type': 'text/x' },
        body: 'x',
      }),
    ).toMatchObject({ status: 415 });
    expect(await send(page, { url: `${api}/notes`, headers: { 'X-Other': '1' } })).toBe('blocked');
    expect(received).toEqual(['GET -', 'PUT -']);
    await page.close();
  }, 60_000);

  it('The page of another origin reads nothing and changes nothing', async () => {
    const { api, open, received } = await start(true);
    const page = await open('127.0.0.1');
    expect(await send(page, { url: `${api}/notes` })).toBe('blocked');
    expect(await send(page, { url: `${api}/notes/1`, method: 'PUT', headers: json, body: '{}' })).toBe(
      'blocked',
    );
    const form = { url: `${api}/notes`, method: 'POST', body: 'x', credentials: 'include' } as const;
    expect(await send(page, form)).toBe('blocked');
    await send(page, { ...form, mode: 'no-cors' });
    // Only the request that changes nothing reached the service.
    expect(received).toEqual(['GET -']);
    await page.close();
  }, 60_000);

  it('Without credentials in the configuration, requests with cookies are neither read nor change anything', async () => {
    const { api, open, received } = await start(false);
    const page = await open('localhost');
    await page.context().addCookies([{ name: 'session', value: '1', url: api }]);
    expect(await send(page, { url: `${api}/notes`, credentials: 'include' })).toBe('blocked');
    const change = { url: `${api}/notes`, method: 'POST', headers: json, body: '{}' };
    expect(await send(page, { ...change, credentials: 'include' })).toBe('blocked');
    const simple = { url: `${api}/notes`, method: 'POST', body: 'x', credentials: 'include' } as const;
    await send(page, { ...simple, mode: 'no-cors' });
    expect(await send(page, change)).toMatchObject({ status: 200 });
    expect(received).toEqual(['GET session=1', 'POST -']);
    await page.close();
  }, 60_000);
});
