/** Interim responses (RFC 9110 §15.2) belong to one request: a cache neither stores nor shares them (RFC 9111 §3). */
import { expect, it } from '@jest/globals';
import { request } from 'undici';
import { runUntil, startCachedGateway } from '../../support/cached.ts';

const LINK = '</style.css>; rel=preload; as=style';

/** All responses that a client gets, including interim ones. */
const get = async (url: string) => {
  const interim: number[] = [];
  const response = await request(`${url}/x`, { onInfo: ({ statusCode }) => void interim.push(statusCode) });
  return {
    interim,
    status: response.statusCode,
    headers: response.headers,
    body: await response.body.text(),
  };
};

it('A stored response is used without its interim response', async () => {
  const { url, upstream } = await startCachedGateway();
  upstream.respond = (_req, res) => {
    res.writeEarlyHints({ link: LINK });
    res.writeHead(200, { 'Cache-Control': 'max-age=60', 'X-A': '1' }).end('one');
  };
  expect(await get(url)).toMatchObject({ status: 200, body: 'one' });
  const second = await get(url);
  expect(second).toMatchObject({ interim: [], status: 200, body: 'one' });
  expect(second.headers).toMatchObject({
    'x-a': '1',
    'cache-status': expect.stringContaining('linkway; hit'),
  });
  expect(second.headers).not.toHaveProperty('link');
  expect(upstream.requests).toHaveLength(1);
});

it('Requests that share one call all get its final response', async () => {
  const { url, upstream, arrived } = await startCachedGateway();
  const ends: (() => void)[] = [];
  upstream.respond = (_req, res) => {
    res.writeEarlyHints({ link: LINK });
    ends.push(() => res.writeHead(200, { 'Cache-Control': 'max-age=60' }).end('one'));
  };
  const got = [get(url), get(url), get(url)];
  await arrived(3);
  await runUntil(() => ends.length > 0);
  for (const end of ends) end();
  for (const one of await Promise.all(got)) expect(one).toMatchObject({ status: 200, body: 'one' });
  expect(upstream.requests).toHaveLength(1);
});

it('A revalidation sends nothing to the client of the stale response', async () => {
  const { url, upstream } = await startCachedGateway();
  let body = 'one';
  upstream.respond = (_req, res) => {
    res.writeEarlyHints({ link: LINK });
    res.writeHead(200, { 'Cache-Control': 'max-age=0, stale-while-revalidate=60' }).end(body);
  };
  await get(url);
  body = 'two';
  expect(await get(url)).toMatchObject({ interim: [], status: 200, body: 'one' });
  await runUntil(() => upstream.requests.length === 2);
});
