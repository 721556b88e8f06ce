import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { streamBody } from '../../../src/gateway/proxy/receive-body.ts';
import { HeldBodies, HeldBody } from '../../../src/http/body/held-bodies.ts';
import { document, startGateway } from '../../support/gateway.ts';

const LIMIT = 1024;
const media = { 'application/json': { schema: { type: 'string' } }, 'text/plain': {} };
const notes = document({ '/notes': { post: { requestBody: { content: media } } } });

const start = async () => {
  const gateway = await startGateway({ notes }, { config: `limits: { body: ${LIMIT} }` });
  const lengths: number[] = [];
  if (gateway.services.notes)
    gateway.services.notes.respond = async (req, res) => {
      lengths.push(Buffer.concat(await req.toArray().catch(() => [])).length);
      res.end();
    };
  return { ...gateway, lengths };
};

/** The memory for the body of a request without a real response. */
const memory = () => {
  const res = Object.assign(new EventEmitter(), { req: { socket: {} } });
  return new HeldBody(new HeldBodies(), 1000, res as never);
};

const json = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));
const inPieces = (text: string) =>
  new ReadableStream({
    start(controller) {
      for (let at = 0; at < text.length; at += 100) controller.enqueue(Buffer.from(text.slice(at, at + 100)));
      controller.close();
    },
  });

describe.each([
  ['JSON that says its length', 'application/json', {}, (text: string) => text],
  ['JSON in pieces', 'application/json', {}, inPieces],
  ['text that says its length', 'text/plain', {}, (text: string) => text],
  ['text in pieces', 'text/plain', {}, inPieces],
  ['compressed JSON', 'application/json', { 'Content-Encoding': 'gzip' }, (text: string) => gzipSync(text)],
])('%s', (_, type, headers, bodyOf) => {
  const send = (url: string, bytes: number) =>
    fetch(`${url}/notes`, {
      method: 'POST',
      headers: { 'Content-Type': type, ...headers },
      body: bodyOf(json(bytes)),
      duplex: 'half',
    } as RequestInit);

  it('A body is accepted up to the limit, and rejected with one more byte', async () => {
    const { url, lengths } = await start();
    expect((await send(url, LIMIT - 1)).status).toBe(200);
    expect((await send(url, LIMIT)).status).toBe(200);
    if (!('Content-Encoding' in headers)) expect(lengths).toEqual([LIMIT - 1, LIMIT]);
    expect((await send(url, LIMIT + 1)).status).toBe(413);
  });
});

it('A stream that fails without a consumer does not end the process, and the rest of the request is read', async () => {
  const req = Object.assign(new PassThrough(), { headers: {}, complete: false });
  const upload = streamBody(req as never, 3, memory());
  const closed = new Promise((resolve) => upload.once('close', resolve));
  req.write('1234');
  await closed;
  expect(upload.errored).toMatchObject({ type: { code: 'content-too-large' } });
  expect(req.readableFlowing).toBe(true);
});

it('A stream fails when the client disconnects early, and not when the body was complete', async () => {
  for (const complete of [false, true]) {
    const req = Object.assign(new PassThrough(), { headers: {}, complete });
    const upload = streamBody(req as never, 100, memory());
    req.write('1234');
    const closed = once(req, 'close');
    req.destroy();
    await closed;
    expect(upload.errored?.message).toBe(complete ? undefined : 'The client disconnected.');
  }
});
