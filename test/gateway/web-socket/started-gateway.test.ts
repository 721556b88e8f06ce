/** WebSocket connections of a gateway with its own pages, reloads and shutdown. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import request from 'supertest';
import { WebSocketServer } from 'ws';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { eventually } from '../../support/eventually.ts';
import { testLog } from '../../support/log.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';
import { chatDocument, closeOf, nextMessage, openWebSocket, refusalOf } from '../../support/web-socket.ts';

let folder: string;
let upstream: TestUpstream;
let gateway: StartedGateway | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  await writeFile(join(folder, 'chat.json'), JSON.stringify(chatDocument));
  upstream = await startUpstream();
  const server = new WebSocketServer({ noServer: true });
  upstream.onUpgrade = (req, socket, head) =>
    server.handleUpgrade(req, socket, head, (one) => one.on('message', (data) => one.send(data)));
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await upstream.stop();
  await rm(folder, { recursive: true });
});

const file = () => join(folder, 'gateway.yaml');

const write = (service: string, limits = '') =>
  writeFile(
    file(),
    `admin: { port: 0 }\nreload: { files: 0 }\nshutdown: { drain: 0, grace: 10s }\nlimits: { webSockets: { ${limits} } }\n` +
      `services: { chat: { document: chat.json, url: "${upstream.url}", ${service} } }\n`,
  );

async function start(service = 'upgrade: [websocket]', limits = ''): Promise<StartedGateway> {
  await write(service, limits);
  gateway = await startGateway({ config: configFile(file()), port: 0, host: '127.0.0.1', log: testLog() });
  return gateway;
}

it('Status and metrics have the open connections of a service and their bytes', async () => {
  const started = await start();
  const client = await openWebSocket(started);
  client.send('hello');
  await nextMessage(client);
  const status = await request(started.url).get('/status').accept('application/json').expect(200);
  expect(status.body.services[0].webSockets).toEqual({ open: 1, opened: 1, received: 11, sent: 7 });
  expect(status.body.services[0].inFlight).toBe(1);
  for (const path of ['/status', '/status/services/chat']) {
    const { text } = await request(started.url).get(path).accept('text/html').expect(200);
    expect(text).toContain('WebSocket');
  }
  const { text } = await request(started.adminUrl ?? '')
    .get('/metrics')
    .expect(200);
  expect(text).toContain('linkway_web_sockets{service="chat"} 1\n');
  expect(text).toContain('linkway_web_sockets_total{service="chat"} 1\n');
  expect(text).toContain('linkway_web_socket_bytes_total{service="chat",direction="received"} 11\n');
  expect(text).toContain('linkway_web_socket_bytes_total{service="chat",direction="sent"} 7\n');
  client.terminate();
  await eventually('the connection is closed', async () => {
    const { body } = await request(started.url).get('/status').accept('application/json');
    return body.services[0].webSockets.open === 0 && body.services[0].inFlight === 0;
  });
});

it('The duration of a connection is no duration of a request', async () => {
  const started = await start();
  (await openWebSocket(started)).terminate();
  await eventually('the connection is closed', async () => {
    const { text } = await request(started.adminUrl ?? '').get('/metrics');
    return text.includes('linkway_web_sockets{service="chat"} 0\n');
  });
  const { text } = await request(started.adminUrl ?? '').get('/metrics');
  expect(text).not.toMatch(/linkway_request_duration_seconds_count\{service="chat"/);
});

it.each(['/', '/status', '/health', '/openapi.json'])(
  'The page %s of the gateway itself responds to a handshake as to any request',
  async (path) => {
    const { status, headers } = await refusalOf(await start(), path);
    expect([status, headers.connection]).toEqual([200, 'close']);
  },
);

it('A handshake for a host of another server is refused', async () => {
  const started = await start();
  const refusal = await refusalOf(started, '/chat', { headers: { Host: 'evil.example' } });
  expect(refusal.status).toBe(403);
});

it('A reload keeps connections, counts them further, and decides about new ones', async () => {
  const started = await start('upgrade: [websocket]', 'perClient: 1');
  const client = await openWebSocket(started);
  await write('upgrade: [websocket], prefix: ""', 'perClient: 1, total: 5');
  expect(await started.reload()).toBe(true);
  client.send('still here');
  expect(await nextMessage(client)).toBe('still here');
  expect((await refusalOf(started)).status).toBe(429);
  await write('upgrade: []');
  expect(await started.reload()).toBe(true);
  expect((await refusalOf(started)).status).toBe(200);
  client.send('still here');
  expect(await nextMessage(client)).toBe('still here');
});

it('A reload can add WebSocket to a service', async () => {
  const started = await start('upgrade: []');
  expect((await refusalOf(started)).status).toBe(200);
  await write('upgrade: [websocket]');
  await started.reload();
  const client = await openWebSocket(started);
  client.send('new');
  expect(await nextMessage(client)).toBe('new');
});

it('Close ends all connections with 1001, also those of an earlier configuration', async () => {
  const started = await start();
  const first = closeOf(await openWebSocket(started));
  await write('upgrade: [websocket]', 'total: 5');
  await started.reload();
  const second = closeOf(await openWebSocket(started));
  gateway = undefined;
  await started.close();
  expect([await first, await second]).toEqual([
    [1001, 'shutting down'],
    [1001, 'shutting down'],
  ]);
});
