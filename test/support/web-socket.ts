/** A gateway in front of a service with WebSocket, and clients of it. All connections are closed after each test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach } from '@jest/globals';
import { type ClientOptions, type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { document, startGateway, type TestGateway, type TestGatewayOptions } from './gateway.ts';
import type { TestUpstream } from './upstream.ts';

const clients = new Set<WebSocket>();
const processes = new Set<ChildProcess>();

afterEach(() => {
  for (const client of clients) client.terminate();
  clients.clear();
  for (const child of processes) child.kill('SIGKILL');
  processes.clear();
});

export interface WebSocketGateway extends TestGateway {
  readonly upstream: TestUpstream;
  /** The server of the service. By default it echoes. */
  readonly server: WebSocketServer;
}

/** An operation that can be a WebSocket, and one that cannot be called without credentials. */
export const chatDocument = document(
  {
    '/chat': { get: { operationId: 'chat', responses: {} } },
    '/rooms/{room}': {
      get: {
        operationId: 'room',
        parameters: [
          { name: 'room', in: 'path', required: true, schema: { type: 'integer' } },
          { name: 'since', in: 'query', schema: { type: 'integer' } },
        ],
        responses: {},
      },
    },
    '/private': { get: { operationId: 'private', security: [{ token: ['read'] }], responses: {} } },
    '/events': { get: { operationId: 'events', security: [{ token: ['read'] }], responses: {} } },
  },
  { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
);

export interface WebSocketGatewayOptions extends TestGatewayOptions {
  readonly server?: ServerOptions;
  /** Called for each connection of the service, instead of the echo. */
  readonly onConnection?: (socket: WebSocket, req: IncomingMessage) => void;
}

export async function startWebSocketGateway({
  service = '',
  server: serverOptions = {},
  onConnection = echo,
  ...options
}: WebSocketGatewayOptions = {}): Promise<WebSocketGateway> {
  const settings = ['upgrade: [websocket]', service].filter(Boolean).join(', ');
  const gateway = await startGateway({ chat: chatDocument }, { service: settings, ...options });
  const upstream = gateway.services.chat as TestUpstream;
  const server = new WebSocketServer({ noServer: true, ...serverOptions });
  upstream.onUpgrade = (req, socket, head) =>
    server.handleUpgrade(req, socket, head, (one) => server.emit('connection', one, req));
  server.on('connection', (socket, req) => {
    socket.on('error', () => {});
    onConnection(socket, req);
  });
  return { ...gateway, upstream, server };
}

function echo(socket: WebSocket): void {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
}

export interface OpenOptions extends ClientOptions {
  readonly protocols?: string[];
}

/** A client that is still connecting. */
export function webSocket(
  { url }: Pick<TestGateway, 'url'>,
  path = '/chat',
  { protocols = [], ...options }: OpenOptions = {},
): WebSocket {
  const client = new WebSocket(`${url.replace('http', 'ws')}${path}`, protocols, options);
  client.on('error', () => {});
  clients.add(client);
  return client;
}

/** @throws Error if the handshake fails */
export async function openWebSocket(...options: Parameters<typeof webSocket>): Promise<WebSocket> {
  const client = webSocket(...options);
  await once(client, 'open');
  return client;
}

/** The next message, as text. */
export async function nextMessage(client: WebSocket): Promise<string> {
  const [data] = (await once(client, 'message')) as [Buffer];
  return data.toString();
}

/** The code and the reason with which the connection closes. */
export async function closeOf(client: WebSocket): Promise<readonly [code: number, reason: string]> {
  const [code, reason] = (await once(client, 'close')) as [number, Buffer];
  return [code, reason.toString()];
}

export interface RefusedHandshake {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The response with which a handshake is refused. */
export async function refusalOf(...options: Parameters<typeof webSocket>): Promise<RefusedHandshake> {
  const client = webSocket(...options);
  const [, res] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage];
  const body = (await res.toArray()).join('');
  return { status: res.statusCode, headers: res.headers, body };
}

/** The bytes of a valid handshake. @param more further header lines, each with its line break */
export const rawHandshake = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;

/** The head of a 101 that accepts it. */
export const rawAcceptance =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

/** A text frame of a client, with a mask of zeros. */
export const textFrame = (text: string): Buffer =>
  Buffer.concat([Buffer.of(0x81, 0x80 | text.length, 0, 0, 0, 0), Buffer.from(text)]);

const SERVICE = `
import { WebSocketServer } from 'ws';
const server = new WebSocketServer({ port: Number(process.argv[1]), host: '127.0.0.1' });
server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
server.on('listening', () => console.log('listening'));
`;

/** A process that echoes WebSocket messages; it is killed after the test. */
export async function startServiceProcess(port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SERVICE, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.add(child);
  await once(child.stdout, 'data');
  return child;
}
