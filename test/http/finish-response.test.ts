import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import { setContext } from '../../src/http/context.ts';
import { finishResponse } from '../../src/http/finish-response.ts';

const BYTES = Buffer.from('{"a":1}');

/** Status, headers and body of the sent response. */
async function sent(method: string, headers: Record<string, string>, status = 200, etag?: string) {
  const req = Object.assign(new IncomingMessage(new Socket()), { method, headers });
  setContext(req, {} as never);
  const res = new ServerResponse(req);
  const head: Record<string, unknown> = {};
  let body = '';
  res.writeHead = ((code: number, raw: string[]) => {
    head.status = code;
    for (let i = 0; i < raw.length; i += 2) head[raw[i] as string] = raw[i + 1];
    return res;
  }) as never;
  res.end = ((bytes?: Buffer) => {
    body = String(bytes ?? '');
    return res;
  }) as never;
  await finishResponse(req, res, {
    status,
    bytes: BYTES,
    etag,
    contentType: 'application/json',
    head: ['X-Own', 'yes'],
  });
  return [head, body];
}

const whole = { 'X-Own': 'yes', 'Content-Type': 'application/json', 'Content-Length': '7' };

it.each(['GET', 'POST', 'PUT'])(
  'The response to %s has the bytes with their type and length',
  async (method) => {
    expect(await sent(method, {})).toEqual([{ status: 200, ...whole }, '{"a":1}']);
  },
);

it('The response to HEAD has the same headers without the bytes', async () => {
  expect(await sent('HEAD', {}, 200, '"v1"')).toEqual([{ status: 200, ETag: '"v1"', ...whole }, '']);
});

it.each([
  ['GET', 200, '"v1"', 304],
  ['HEAD', 200, '"v1"', 304],
  ['GET', 200, '"v0"', 200],
  ['GET', 404, '"v1"', 404],
  ['POST', 200, '"v1"', 200],
  ['PUT', 201, '"v1"', 201],
])(
  'A %s with status %s and If-None-Match: %s is sent with status %s',
  async (method, status, known, expected) => {
    const [head, body] = await sent(method, { 'if-none-match': known }, status, '"v1"');
    expect(head).toEqual({
      status: expected,
      'X-Own': 'yes',
      ETag: '"v1"',
      ...(expected !== 304 && whole),
    });
    expect(body).toBe(expected === 304 || method === 'HEAD' ? '' : '{"a":1}');
  },
);
