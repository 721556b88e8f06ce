/**
 * Opens connections that keep reading where a plain socket would fail: when the upstream responds to an upload and closes
 * the connection before it has read the upload (RFC 9112 §9.5), and when it sends `100 Continue` although the request
 * did not expect it (RFC 9110 §15.2: a client has to be able to parse it).
 */
import type { LookupFunction, Socket } from 'node:net';
import { buildConnector } from 'undici';
import { connectOptions, type UpstreamTls } from '../upstream-tls.ts';
import { InterimStatus } from './interim-status.ts';

export interface ConnectorOptions {
  /** Milliseconds in which a connection has to be made. */
  readonly timeout: number;
  /** Resolves host names; by default the system does. */
  readonly lookup?: LookupFunction | undefined;
  /** Certificates for TLS; by default Node decides which issuers are trusted. */
  readonly tls?: UpstreamTls | undefined;
}

export const createConnector = ({ timeout, lookup, tls }: ConnectorOptions): buildConnector.connector => {
  const connect = buildConnector({
    timeout,
    allowH2: false,
    ...(lookup && { lookup }),
    ...connectOptions(tls),
  });
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error) {
        callback(error, null);
        return;
      }
      keepReading(socket);
      readContinue(socket);
      callback(null, socket);
    });
};

/** The upstream does not read any more. What it has sent can still be read. */
const UNREAD_ERRORS: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ECONNRESET']);

type Done = (error?: Error | null) => void;

/**
 * Without this, the error of a write destroys the socket, and the response that waits in the kernel is never read. Here the
 * write stays pending instead, so that no more of the upload is read; the read side ends the connection, where an
 * upstream that has closed causes an end or a reset.
 */
function keepReading(socket: Socket): void {
  const { _write, _writev } = socket;
  const unlessNotRead =
    (done: Done): Done =>
    (error) => {
      if (!error || !UNREAD_ERRORS.has((error as NodeJS.ErrnoException).code)) done(error);
    };
  socket._write = (chunk, encoding, done) => _write.call(socket, chunk, encoding, unlessNotRead(done));
  if (_writev) socket._writev = (chunks, done) => _writev.call(socket, chunks, unlessNotRead(done));
}

function readContinue(socket: Socket): void {
  const status = new InterimStatus();
  const { read, write } = socket;
  socket.read = (size) => {
    const chunk = read.call(socket, size);
    if (chunk !== null && status.isExpected) status.rewriteContinue(chunk);
    return chunk;
  };
  // Without rest parameters, since this is called for every request.
  socket.write = ((chunk: string, encoding: BufferEncoding, done: Done): boolean => {
    // undici writes the head of a request as text, in one piece; the frame of a chunk begins with a line break.
    if (typeof chunk === 'string' && chunk.charCodeAt(0) !== CARRIAGE_RETURN) status.expect();
    return write.call(socket, chunk, encoding, done);
  }) as Socket['write'];
}

const CARRIAGE_RETURN = 0x0d;
