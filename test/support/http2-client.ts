/** A client for HTTP/2 that shows all parts of a response, and one that sends frames of its own. */
import {
  type ClientHttp2Session,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';

interface Http2Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly trailers: IncomingHttpHeaders;
  /** Heads of interim responses. */
  readonly interim: readonly IncomingHttpHeaders[];
}

export interface Http2Client {
  readonly session: ClientHttp2Session;
  request(headers: OutgoingHttpHeaders | string, body?: string | Buffer): Promise<Http2Response>;
  close(): void;
}

export interface ClientOptions {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export function http2Client(url: string, options: ClientOptions): Http2Client {
  const session = connect(url, { ...options, servername: 'localhost' } as never);
  session.on('error', () => {});
  return {
    session,
    request: (headers, body) =>
      new Promise((resolve, reject) => {
        const named = typeof headers === 'string' ? { ':path': headers } : headers;
        const stream = session.request(named, { endStream: body === undefined });
        const interim: IncomingHttpHeaders[] = [];
        let head: IncomingHttpHeaders | undefined;
        let trailers: IncomingHttpHeaders = {};
        const chunks: Buffer[] = [];
        stream.on('headers', (one) => interim.push(one));
        stream.on('response', (one) => {
          head = one;
        });
        stream.on('trailers', (one) => {
          trailers = one;
        });
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('error', reject);
        stream.on('close', () => {
          if (head === undefined || stream.rstCode !== 0) reject(new Error(`reset with ${stream.rstCode}`));
          else
            resolve({
              status: Number(head[':status']),
              headers: head,
              body: Buffer.concat(chunks).toString(),
              trailers,
              interim,
            });
        });
        if (body !== undefined) stream.end(body);
      }),
    close: () => session.destroy(),
  };
}

/** Types of frames (RFC 9113 §6). */
export const FRAME = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const END_STREAM = 1;
export const END_HEADERS = 4;

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Fields as literals without indexing (RFC 7541 §6.2.2), each shorter than 127 bytes. */
export const fields = (...pairs: readonly (readonly [name: string, value: string])[]): Buffer =>
  Buffer.concat(
    pairs.flatMap(([name, value]) => [
      Buffer.from([0, Buffer.byteLength(name, 'latin1')]),
      Buffer.from(name, 'latin1'),
      Buffer.from([Buffer.byteLength(value, 'latin1')]),
      Buffer.from(value, 'latin1'),
    ]),
  );

export const requestFields = (path = '/'): (readonly [string, string])[] => [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', 'localhost'],
  [':path', path],
];

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export interface FrameClient {
  readonly socket: TLSSocket;
  readonly received: readonly Frame[];
  send(...frames: readonly Buffer[]): void;
  /** Resolves when a frame has come, or the connection has ended. */
  until(isEnough: (frames: readonly Frame[]) => boolean): Promise<readonly Frame[]>;
  readonly isClosed: () => boolean;
}

export async function frameClient(url: string, { ca }: ClientOptions): Promise<FrameClient> {
  const socket = connectTls({
    host: '127.0.0.1',
    port: Number(new URL(url).port),
    servername: 'localhost',
    ALPNProtocols: ['h2'],
    ...(ca !== undefined && { ca }),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve).once('error', reject);
  });
  const received: Frame[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let isClosed = false;
  let waiting: (() => void)[] = [];
  const notify = () => {
    for (const one of waiting.splice(0)) one();
  };
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
    notify();
  });
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      received.push({
        type: rest[3] as number,
        flags: rest[4] as number,
        stream: rest.readUInt32BE(5),
        payload: rest.subarray(9, end),
      });
      rest = rest.subarray(end);
    }
    notify();
  });
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(frame(FRAME.SETTINGS, 0, 0));
  waiting = [];
  return {
    socket,
    received,
    send: (...frames) => {
      for (const one of frames) if (!isClosed) socket.write(one);
    },
    until: async (isEnough) => {
      while (!isEnough(received) && !isClosed) await new Promise<void>((resolve) => waiting.push(resolve));
      return received;
    },
    isClosed: () => isClosed,
  };
}
