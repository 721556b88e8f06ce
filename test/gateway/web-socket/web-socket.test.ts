/** WebSocket connections through the gateway: what passes, what the service sees, and how connections end. */
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { WebSockets } from '../../../src/gateway/web-socket/web-sockets.ts';
import { freePort } from '../../support/child.ts';
import { eventually } from '../../support/eventually.ts';
import { atOnce, fakeTimeInEachTest } from '../../support/fake-time.ts';
import { rawClient } from '../../support/raw-client.ts';
import {
  closeOf,
  nextMessage,
  openWebSocket,
  rawAcceptance,
  rawHandshake,
  startServiceProcess,
  startWebSocketGateway,
  textFrame,
  webSocket,
} from '../../support/web-socket.ts';

describe('Messages', () => {
  it('Text and binary messages pass in both directions', async () => {
    const client = await openWebSocket(await startWebSocketGateway());
    client.send('hello');
    expect(await nextMessage(client)).toBe('hello');
    client.send(Buffer.of(0, 255));
    const [data, isBinary] = await once(client, 'message');
    expect([data, isBinary]).toEqual([Buffer.of(0, 255), true]);
  });

  it('A message of 16 MB passes unchanged', async () => {
    const client = await openWebSocket(await startWebSocketGateway());
    const large = Buffer.alloc(16 * 1024 ** 2, 'abcdefghijk');
    client.send(large);
    const [data] = await once(client, 'message');
    expect(large.equals(data)).toBe(true);
  });

  it('Pings and pongs pass between client and service', async () => {
    const client = await openWebSocket(await startWebSocketGateway());
    client.ping('beat');
    const [data] = await once(client, 'pong');
    expect(String(data)).toBe('beat');
  });

  it('Client and service agree on compression', async () => {
    const client = await openWebSocket(await startWebSocketGateway({ server: { perMessageDeflate: true } }));
    expect(client.extensions).toContain('permessage-deflate');
    client.send('a'.repeat(10_000));
    expect(await nextMessage(client)).toBe('a'.repeat(10_000));
  });

  it('Frames that arrive together with the handshake reach the service', async () => {
    const gateway = await startWebSocketGateway();
    const client = rawClient(
      gateway.url,
      Buffer.concat([Buffer.from(rawHandshake('/chat')), textFrame('early')]),
    );
    expect(await client.until((text) => text.includes('\r\n\r\n\x81\x05early'))).toContain('HTTP/1.1 101 ');
    client.socket.destroy();
  });

  it('Frames that the service sends together with its 101 reach the client', async () => {
    const gateway = await startWebSocketGateway({ onConnection: (socket) => socket.send('first') });
    const client = webSocket(gateway);
    expect(await nextMessage(client)).toBe('first');
  });

  it('A frame that looks like the status line of an interim response passes unchanged', async () => {
    const gateway = await startWebSocketGateway();
    // Behind the header of the frame, 100 is where it is in `HTTP/1.1 100`.
    const frame = '\x81\x0aabcdefg100';
    gateway.upstream.onUpgrade = (_req, socket) =>
      socket.on('error', () => {}).end(`${rawAcceptance}${frame}`, 'latin1');
    const text = await rawClient(gateway.url, rawHandshake('/chat')).end;
    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe(frame);
  });

  it('A client that reads slowly gets all messages', async () => {
    const count = 200;
    const gateway = await startWebSocketGateway({
      onConnection: (socket) => {
        for (let number = 0; number < count; number++) socket.send(Buffer.alloc(100_000, number));
        socket.close(1000, 'all sent');
      },
    });
    const client = webSocket(gateway);
    let messages = 0;
    client.on('message', () => {
      messages += 1;
      client.pause();
      setImmediate(() => client.resume());
    });
    expect(await closeOf(client)).toEqual([1000, 'all sent']);
    expect(messages).toBe(count);
  });
});

describe('Handshake', () => {
  it('The service gets the handshake with the headers of the gateway, and the client gets its 101', async () => {
    const gateway = await startWebSocketGateway();
    const client = webSocket(gateway, '/rooms/7?since=3', { headers: { 'X-Own': 'kept' } });
    const [res] = await once(client, 'upgrade');
    const [{ url, headers }] = gateway.upstream.requests as [(typeof gateway.upstream.requests)[number]];
    expect(url).toBe('/rooms/7?since=3');
    expect(headers).toMatchObject({
      'x-own': 'kept',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': new URL(gateway.url).host,
      via: expect.any(String),
      traceparent: expect.any(String),
      'x-request-id': res.headers['x-request-id'],
      connection: 'upgrade',
      upgrade: 'websocket',
    });
    expect(res.headers).not.toHaveProperty('content-length');
  });

  it('Headers that Connection names do not reach the service', async () => {
    const gateway = await startWebSocketGateway();
    const handshake = rawHandshake('/chat', 'X-Hop: 1\r\n').replace('Connection: ', 'Connection: X-Hop, ');
    const client = rawClient(gateway.url, handshake);
    expect(await client.until((text) => text.includes('\r\n\r\n'))).toContain('HTTP/1.1 101 ');
    expect(gateway.upstream.requests[0]?.headers).not.toHaveProperty('x-hop');
    client.socket.destroy();
  });

  it('The service selects the subprotocol', async () => {
    const gateway = await startWebSocketGateway({ server: { handleProtocols: () => 'chat.v2' } });
    const client = await openWebSocket(gateway, '/chat', { protocols: ['chat.v1', 'chat.v2'] });
    expect(client.protocol).toBe('chat.v2');
    expect(gateway.upstream.requests[0]?.headers['sec-websocket-protocol']).toBe('chat.v1,chat.v2');
  });

  it('A client can send a handshake after another request on the same connection', async () => {
    const gateway = await startWebSocketGateway();
    const client = rawClient(gateway.url, 'GET /chat HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.until((text) => text.endsWith('ok'));
    client.socket.write(rawHandshake('/chat'));
    expect(await client.until((text) => text.includes('HTTP/1.1 101 '))).toContain('HTTP/1.1 101 ');
    client.socket.destroy();
  });
});

describe('Several instances', () => {
  it('A handshake goes to another instance if one cannot be reached, and connections are spread', async () => {
    const ports = [await freePort(), await freePort(), await freePort()];
    await Promise.all(ports.slice(1).map(startServiceProcess));
    const CHAT_URL = ports.map((port) => `http://127.0.0.1:${port}`).join();
    const gateway = await startWebSocketGateway({ env: { CHAT_URL } });
    const clients: WebSocket[] = [];
    for (let count = 0; count < 20; count++) clients.push(await openWebSocket(gateway));
    for (const client of clients) client.close();
    await Promise.all(clients.map(closeOf));
    await eventually('the lines are written', () => gateway.log.written.length === clients.length);
    const instances = new Set(gateway.log.written.map((line) => JSON.parse(line).instance));
    expect(instances).toEqual(new Set(['2', '3']));
  });
});

describe('End of a connection', () => {
  it('The code and the reason of a service reach the client', async () => {
    const gateway = await startWebSocketGateway({ onConnection: (socket) => socket.close(4001, 'enough') });
    expect(await closeOf(webSocket(gateway))).toEqual([4001, 'enough']);
  });

  it('The code and the reason of a client reach the service', async () => {
    const seen = Promise.withResolvers<[number, string]>();
    const gateway = await startWebSocketGateway({
      onConnection: (socket) => socket.on('close', (code, reason) => seen.resolve([code, String(reason)])),
    });
    const client = await openWebSocket(gateway);
    client.close(4002, 'bye');
    expect(await closeOf(client)).toEqual([4002, 'bye']);
    expect(await seen.promise).toEqual([4002, 'bye']);
  });

  it('When the client disappears, the service is disconnected', async () => {
    const code = Promise.withResolvers<number>();
    const gateway = await startWebSocketGateway({
      onConnection: (socket) => socket.on('close', code.resolve),
    });
    (await openWebSocket(gateway)).terminate();
    expect(await code.promise).toBe(1006);
  });

  it('When a connection of the service is reset, the client is disconnected', async () => {
    const gateway = await startWebSocketGateway();
    const client = await openWebSocket(gateway);
    const closed = closeOf(client);
    for (const socket of gateway.upstream.connections) socket.resetAndDestroy();
    expect(await closed).toEqual([1006, '']);
  });

  it('When a client sends only a FIN, the service is disconnected, and the connection closes', async () => {
    const code = Promise.withResolvers<number>();
    const gateway = await startWebSocketGateway({
      onConnection: (socket) => socket.on('close', code.resolve),
    });
    const client = rawClient(gateway.url, rawHandshake('/chat'));
    await client.until((text) => text.includes('\r\n\r\n'));
    client.socket.end();
    expect(await code.promise).toBe(1006);
    await client.end;
  });

  it('When the process of the service is killed, its clients are disconnected, and the gateway works on', async () => {
    const port = await freePort();
    const process = await startServiceProcess(port);
    const webSockets = new WebSockets();
    const gateway = await startWebSocketGateway({
      webSockets,
      env: { CHAT_URL: `http://127.0.0.1:${port}` },
    });
    const clients = await Promise.all(Array.from({ length: 20 }, () => openWebSocket(gateway)));
    const closed = Promise.all(clients.map(closeOf));
    process.kill('SIGKILL');
    expect(await closed).toEqual(clients.map(() => [1006, '']));
    await eventually('no place is reserved', () => webSockets.reserved === 0);
    const late = webSocket(gateway);
    const [, res] = await once(late, 'unexpected-response');
    expect(res.statusCode).toBe(503);
  });

  it('Shutdown sends a close frame with 1001 to client and service', async () => {
    const seen = Promise.withResolvers<[number, string]>();
    const gateway = await startWebSocketGateway({
      onConnection: (socket) => socket.on('close', (code, reason) => seen.resolve([code, String(reason)])),
    });
    const closed = closeOf(await openWebSocket(gateway));
    await gateway.close(20_000);
    expect(await closed).toEqual([1001, 'shutting down']);
    expect(await seen.promise).toEqual([1001, 'shutting down']);
  });

  it('Shutdown ends a connection whose handshake is still in progress', async () => {
    const gateway = await startWebSocketGateway();
    const { onUpgrade } = gateway.upstream;
    const received = Promise.withResolvers<() => void>();
    gateway.upstream.onUpgrade = (...args) => received.resolve(() => onUpgrade?.(...args));
    const closed = closeOf(webSocket(gateway));
    const accept = await received.promise;
    const shutdown = gateway.close(20_000);
    accept();
    expect(await closed).toEqual([1001, 'shutting down']);
    await shutdown;
  });

  it('1,000 connections that are reset leave nothing behind', async () => {
    const webSockets = new WebSockets();
    const gateway = await startWebSocketGateway({ webSockets });
    for (let round = 0; round < 20; round++)
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const client = rawClient(gateway.url, rawHandshake('/chat'));
          await client.until((text) => text.includes('\r\n\r\n'));
          // Some leave within a frame.
          if (index % 2 === 0) client.socket.write(textFrame('unfinished').subarray(0, 7));
          client.socket.resetAndDestroy();
        }),
      );
    expect(webSockets.of('chat').opened).toBe(1000);
    await eventually('every place is free', () => webSockets.reserved === 0 && webSockets.clients === 0);
    await eventually('the service has no client', () => gateway.server.clients.size === 0);
    expect(webSockets.of('chat').open).toBe(0);
  });

  it('Clients that leave during the handshake leave nothing behind', async () => {
    const webSockets = new WebSockets();
    const gateway = await startWebSocketGateway({ webSockets });
    const { upstream } = gateway;
    const arrived = Promise.withResolvers<void>();
    upstream.onUpgrade = (_req, socket) => {
      socket.on('error', () => {}).resume();
      socket.once('end', () => socket.end());
      if (upstream.requests.length === 20) arrived.resolve();
    };
    const clients = Array.from({ length: 20 }, () => rawClient(gateway.url, rawHandshake('/chat')));
    await arrived.promise;
    for (const [index, { socket }] of clients.entries())
      if (index % 2 === 0) socket.resetAndDestroy();
      else socket.end();
    await eventually('every place is free', () => webSockets.reserved === 0);
    await eventually('the service is disconnected', () => upstream.connections.size === 0);
  });
});

describe('Limits', () => {
  it('A connection without traffic is closed with 1001', async () => {
    const gateway = await startWebSocketGateway({ service: 'webSocket: { idleTimeout: 50ms }' });
    expect(await closeOf(webSocket(gateway))).toEqual([1001, 'idle']);
  });

  it('A connection with traffic is closed with 1001 after its maximum time', async () => {
    const gateway = await startWebSocketGateway({ service: 'webSocket: { maxTime: 300ms }' });
    const client = await openWebSocket(gateway);
    const chatting = setInterval(() => client.send('x'), 5);
    expect(await closeOf(client).finally(() => clearInterval(chatting))).toEqual([1001, 'time limit']);
  });

  it('A client that reads nothing is disconnected, and so is the service', async () => {
    const left = Promise.withResolvers<void>();
    const gateway = await startWebSocketGateway({
      config: 'limits: { slow: { reader: 200ms } }',
      onConnection: (socket) => {
        const send = () => {
          if (socket.readyState === WebSocket.OPEN)
            socket.send(Buffer.alloc(100_000), () => setImmediate(send));
        };
        socket.on('close', () => left.resolve());
        send();
      },
    });
    const client = rawClient(gateway.url, rawHandshake('/chat'));
    client.socket.pause();
    await left.promise;
    client.socket.destroy();
  });

  it('A client has a maximum number of connections, and gets another when one has closed', async () => {
    const webSockets = new WebSockets();
    const gateway = await startWebSocketGateway({
      webSockets,
      config: 'limits: { webSockets: { perClient: 2 } }',
    });
    const [first] = [await openWebSocket(gateway), await openWebSocket(gateway)];
    const refused = webSocket(gateway);
    const [, res] = await once(refused, 'unexpected-response');
    expect([res.statusCode, res.headers['retry-after']]).toEqual([429, '10']);
    expect(JSON.parse((await res.toArray()).join(''))).toMatchObject({
      type: '/problems/too-many-connections',
      limit: 2,
    });
    first.terminate();
    await eventually('a place is free', () => webSockets.reserved === 1);
    expect((await openWebSocket(gateway)).readyState).toBe(WebSocket.OPEN);
  });

  it('The gateway has a maximum number of connections', async () => {
    const gateway = await startWebSocketGateway({ config: 'limits: { webSockets: { total: 1 } }' });
    await openWebSocket(gateway);
    const [, res] = await once(webSocket(gateway), 'unexpected-response');
    expect(res.statusCode).toBe(503);
    expect(gateway.upstream.requests).toHaveLength(1);
  });
});

describe('Access log and counters', () => {
  it('A connection has one line, with its duration and its bytes in both directions', async () => {
    const webSockets = new WebSockets();
    const gateway = await startWebSocketGateway({ webSockets });
    const client = await openWebSocket(gateway);
    client.send('x'.repeat(1000));
    await nextMessage(client);
    expect(webSockets.of('chat')).toMatchObject({ open: 1, opened: 1, received: 1008, sent: 1004 });
    expect(gateway.log.written).toEqual([]);
    client.close();
    await eventually('the line is written', () => gateway.log.written.length === 1);
    const line = JSON.parse(gateway.log.written[0] ?? '');
    expect(line).toMatchObject({
      method: 'GET',
      path: '/chat',
      status: 101,
      service: 'chat',
      operationId: 'chat',
    });
    expect(line.received).toBeGreaterThan(1008);
    expect(line.bytes).toBeGreaterThan(1004);
    expect(webSockets.of('chat').open).toBe(0);
  });
});

describe('Shutdown without a grace period', () => {
  fakeTimeInEachTest();

  it('The connection of a client that does not react is cut at once', async () => {
    const gateway = await startWebSocketGateway();
    const client = rawClient(gateway.url, rawHandshake('/chat'));
    await atOnce(client.until((text) => text.includes('\r\n\r\n')));
    client.socket.pause();
    await atOnce(gateway.close(0));
    client.socket.resume();
    expect(await atOnce(client.end)).toMatch(/shutting down$/);
  });
});
