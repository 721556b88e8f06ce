import { once } from 'node:events';
import http from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { startGateway } from '../../support/gateway.ts';
import { libraryDocument } from '../../support/library.ts';

describe('The calls for a composed response', () => {
  it.each([
    ['for the primary resource', '/books/1'],
    ['for a part', '/authors/ann'],
  ])('The calls for a composed response end when the client disconnects: %s', async (_, held) => {
    // Nothing else ends the calls within the time of a test.
    const config = 'policy: { attemptTimeout: 10m, deadline: 10m }\nlimits: { expand: { deadline: 10m } }';
    const gateway = await startGateway({ library: libraryDocument() }, { config });
    const { library: service } = gateway.services;
    if (service === undefined) throw new Error('no service');
    const arrived = Promise.withResolvers<http.ServerResponse>();
    service.respond = (req, res) => {
      if (req.url === held) arrived.resolve(res);
      else
        res
          .writeHead(200, { 'Content-Type': 'application/json' })
          .end('{"id":"1","title":"t","author":{"id":"ann"}}');
    };
    const client = http.get(`${gateway.url}/books/1?expand=author`);
    client.on('error', () => {});
    const upstream = await arrived.promise;
    const left = once(upstream, 'close');
    client.destroy();
    await left;
    expect(upstream.writableFinished).toBe(false);
  });
});
