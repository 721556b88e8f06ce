import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { isBodyUnread, isRepeatable } from '../../../src/outbound/call/repeatable.ts';
import type { OutboundRequest } from '../../../src/outbound/call/types.ts';

const request = (fields: Partial<OutboundRequest>): OutboundRequest => ({
  method: 'GET',
  path: '/',
  headers: [],
  ...fields,
});
const stream = () => Readable.from(['x']);
const readStream = (): Readable => {
  const body = stream();
  body.read();
  return body;
};
const body = Buffer.from('x');
const KEY = ['Accept', '*/*', 'Idempotency-Key', 'k'];

describe('A request', () => {
  it.each<[string, Partial<OutboundRequest>, isRepeatable: boolean, isUnread: boolean]>([
    ...['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'QUERY'].map(
      (method): [string, Partial<OutboundRequest>, boolean, boolean] => [method, { method }, true, true],
    ),
    ['PUT with a body', { method: 'PUT', body }, true, true],
    ['POST', { method: 'POST' }, false, true],
    ['PATCH with a body', { method: 'PATCH', body }, false, true],
    ['POST with an idempotency key', { method: 'POST', headers: KEY }, true, true],
    [
      'POST with a header value that looks like a key',
      { method: 'POST', headers: ['A', 'Idempotency-Key'] },
      false,
      true,
    ],
    ['PUT with a stream', { method: 'PUT', body: stream() }, false, true],
    ['PUT with a stream that was read', { method: 'PUT', body: readStream() }, false, false],
    ['PUT with a destroyed stream', { method: 'PUT', body: stream().destroy() }, false, false],
    [
      'POST with an idempotency key and a stream that was read',
      { method: 'POST', headers: KEY, body: readStream() },
      false,
      false,
    ],
  ])('%s has the expected safety of repetition', (_, fields, repeatable, unread) => {
    expect([isRepeatable(request(fields)), isBodyUnread(request(fields))]).toEqual([repeatable, unread]);
  });
});
