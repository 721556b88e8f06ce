/** Streams that are still open at the end of the shutdown grace period. */
import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, it } from '@jest/globals';
import { document, startGateway } from '../support/gateway.ts';

const openStream = async (contentType: string) => {
  const gateway = await startGateway({ orders: document({ '/x': { get: {} } }) });
  let upstream: ServerResponse | undefined;
  if (gateway.services.orders)
    gateway.services.orders.respond = (_req, res) => {
      upstream = res;
      res.writeHead(200, { 'Content-Type': contentType }).write('data: 1\n\n');
    };
  const [res] = (await once(get(`${gateway.url}/x`), 'response')) as [IncomingMessage];
  await once(res, 'readable');
  return { gateway, res, upstream };
};

it('Shutdown ends an event stream cleanly and closes the call to the service', async () => {
  const { gateway, res, upstream } = await openStream('text/event-stream; charset=utf-8');
  const left = once(upstream as ServerResponse, 'close');
  await Promise.all([gateway.close(0), left]);
  expect((await res.toArray()).join('')).toBe('data: 1\n\n');
  expect(res.complete).toBe(true);
});

it('Shutdown aborts a download, so that the client notices the missing part', async () => {
  const { gateway, res } = await openStream('text/plain');
  await gateway.close(0);
  await expect(res.toArray()).rejects.toThrow('aborted');
});
