/**
 * Presents one HTTP/2 stream (RFC 9113 §5) as the socket of an HTTP/1.1 connection with a single request. So the
 * requests of both versions pass the same code, and Express and every step see the classes of `node:http`.
 *
 * What the response writes is the text of HTTP/1.1: its head becomes a HEADERS frame, and each interim response
 * before it another one (§8.1). The rest is the body, as DATA frames. A socket that is destroyed early resets the
 * stream (§5.4.2).
 */
import { constants, type ServerHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { parseResponseHead } from './response-head.ts';

/** The window of a stream at its start (RFC 9113 §6.9.2). */
export const MAX_PIECE_BYTES = 65_535;

const HEAD_END = Buffer.from('\r\n\r\n');

type Done = (error?: Error | null) => void;

export class StreamSocket extends Duplex {
  /** As on a TLS socket, for code that asks for the scheme. */
  readonly encrypted = true;
  /** The connection of the stream. */
  readonly tls: TLSSocket;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: string | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** Bytes of the body of the request that have arrived. */
  bytesRead = 0;
  readonly #stream: ServerHttp2Stream;
  readonly #trailers: () => readonly string[];
  readonly #acceptsTrailers: boolean;
  #head: Buffer | undefined;
  #hasHead = false;
  /** Whether the whole response has been written, though the client may not have all of it yet. */
  #isComplete = false;
  #bytesSent = 0;

  /** @param trailers raw trailers of the response; undefined where the client accepts none */
  constructor(stream: ServerHttp2Stream, tls: TLSSocket, trailers: (() => readonly string[]) | undefined) {
    super({ autoDestroy: true, emitClose: true });
    this.tls = tls;
    this.#stream = stream;
    this.#acceptsTrailers = trailers !== undefined;
    this.#trailers = trailers ?? (() => []);
    this.remoteAddress = tls.remoteAddress;
    this.remotePort = tls.remotePort;
    this.remoteFamily = tls.remoteFamily;
    this.localAddress = tls.localAddress;
    this.localPort = tls.localPort;
    // An error without a listener would end the process; the end of the stream reports it too.
    this.on('error', () => {});
  }

  /** Bytes that were written, also those that still wait, as on a socket. */
  get bytesWritten(): number {
    return this.#bytesSent + this.writableLength;
  }

  override pause(): this {
    super.pause();
    this.#stream.pause();
    return this;
  }

  override resume(): this {
    super.resume();
    this.#stream.resume();
    return this;
  }

  /** Sends what is written, and destroys the socket then. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  // A stream has no options of a connection. They are part of the interface of a socket.

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** Bodies do not pass through this socket; the request gets them from the stream. */
  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    try {
      const body = this.#hasHead ? chunk : this.#takeHead(chunk);
      this.#bytesSent += chunk.length - body.length;
      this.#sendBody(body, done);
    } catch (error) {
      done(error as Error);
    }
  }

  override _final(done: Done): void {
    const stream = this.#stream;
    this.#isComplete = true;
    if (stream.destroyed || stream.closed) done();
    else stream.end(() => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    const stream = this.#stream;
    // An incomplete body must not look complete: `close` would end it before the reset.
    if (!this.#isComplete) stream.destroy(new Error('The response was cut.'));
    else if (!stream.destroyed && !stream.closed) stream.close(constants.NGHTTP2_NO_ERROR);
    done(error);
  }

  /** Sends a part of the body in pieces: what Node holds of a stream counts against the memory of its connection. */
  #sendBody(body: Buffer, done: Done): void {
    const stream = this.#stream;
    if (body.length === 0) done();
    else if (stream.destroyed || stream.closed) done(new Error('The stream is closed.'));
    else {
      const piece = body.subarray(0, MAX_PIECE_BYTES);
      stream.write(piece, (error) => {
        this.#bytesSent += piece.length;
        if (error) done(error);
        else this.#sendBody(body.subarray(piece.length), done);
      });
    }
  }

  /** Sends the heads in a chunk. @returns the part of the body that follows */
  #takeHead(chunk: Buffer): Buffer {
    let text = this.#head === undefined ? chunk : Buffer.concat([this.#head, chunk]);
    this.#head = undefined;
    while (!this.#hasHead) {
      const end = text.indexOf(HEAD_END);
      if (end < 0) {
        this.#head = text;
        return Buffer.alloc(0);
      }
      this.#sendHead(text.toString('latin1', 0, end));
      text = text.subarray(end + HEAD_END.length);
    }
    return text;
  }

  #sendHead(head: string): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) throw new Error('The stream is closed.');
    const { status, fields } = parseResponseHead(head);
    if (status < 200) {
      stream.additionalHeaders({ ':status': status, ...byName(fields) });
      return;
    }
    this.#hasHead = true;
    if (this.#acceptsTrailers)
      stream.once('wantTrailers', () => {
        if (!stream.destroyed && !stream.closed) stream.sendTrailers(byName(this.#trailers()));
      });
    stream.respond([':status', String(status), ...fields], { waitForTrailers: this.#acceptsTrailers });
  }
}

/** Raw fields by name, with a list where a name has several lines. */
function byName(fields: readonly string[]): Record<string, string | string[]> {
  const named: Record<string, string | string[]> = {};
  for (let i = 0; i < fields.length; i += 2) {
    const name = (fields[i] as string).toLowerCase();
    const value = fields[i + 1] ?? '';
    const before = named[name];
    named[name] = before === undefined ? value : [before, value].flat();
  }
  return named;
}
