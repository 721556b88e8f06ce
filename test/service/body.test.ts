/** Request bodies that a service reads, and those that it refuses. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import request from 'supertest';
import { JSON_TYPE } from '../../src/contract/media-types.ts';
import { Problem } from '../../src/contract/problem.ts';
import { JSON_PATCH, MERGE_PATCH } from '../../src/contract/schemas/patch.ts';
import { HeldBodies } from '../../src/http/body/held-bodies.ts';
import { readBody, rejectBody } from '../../src/service/body.ts';
import { eventually } from '../support/eventually.ts';

const LIMITS = { body: 100, bodies: 1000, depth: 3, duplicateMembers: 'reject' } as const;

const echo: RequestHandler = (req, res) => {
  res.json({ body: req.body ?? null });
};
const refused: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (!(error instanceof Problem)) return next(error);
  res
    .set(error.headers)
    .status(error.status)
    .json({ code: error.type.code, ...error.extensions });
};
const appOf = (...steps: RequestHandler[]) => express().use(steps).use(echo).use(refused);

const reading = appOf(readBody([JSON_TYPE], LIMITS, new HeldBodies()));
const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
  request(reading)
    .post('/')
    .set({ 'Content-Type': JSON_TYPE, ...headers })
    .serialize((sent: unknown) => sent as string)
    .send(body);

describe('JSON body', () => {
  it.each<[string, string | Buffer, Record<string, string>, unknown]>([
    ['as it is', '{"a":[1]}', {}, { a: [1] }],
    ['in UTF-8', '"größe"', { 'Content-Type': 'application/json; charset=utf-8' }, 'größe'],
    ['compressed', gzipSync('{"a":1}'), { 'Content-Encoding': 'gzip' }, { a: 1 }],
    ['that is as large as allowed', `"${'x'.repeat(98)}"`, {}, 'x'.repeat(98)],
    ['that is nested as deep as allowed', '[[[1]]]', {}, [[[1]]]],
    ['that is absent', '', {}, null],
    ['in chunks without a byte', '', { 'Transfer-Encoding': 'chunked' }, {}],
  ])('A JSON body is read %s', async (_, sent, headers, body) => {
    await post(sent, headers).expect(200, { body });
  });

  it.each<[string, string | Buffer, Record<string, string>, number, string]>([
    ['another type', 'a=1', { 'Content-Type': 'text/plain' }, 415, 'unsupported-media-type'],
    [
      'another charset',
      '{}',
      { 'Content-Type': 'application/json; charset=latin1' },
      415,
      'unsupported-media-type',
    ],
    ['an unknown coding', '{}', { 'Content-Encoding': 'x' }, 415, 'unsupported-media-type'],
    ['too many bytes', `"${'x'.repeat(99)}"`, {}, 413, 'content-too-large'],
    [
      'too many bytes when decoded',
      gzipSync(`"${'x'.repeat(99)}"`),
      { 'Content-Encoding': 'gzip' },
      413,
      'content-too-large',
    ],
    ['broken JSON', '{"a":', {}, 400, 'bad-request'],
    ['too many levels', '[[[[1]]]]', {}, 400, 'bad-request'],
    ['a member twice', '{"a":1,"a":2}', {}, 400, 'bad-request'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400, 'bad-request'],
    ['bytes that are not in its coding', '{}', { 'Content-Encoding': 'gzip' }, 400, 'bad-request'],
  ])('A body with %s is refused', async (_, sent, headers, status, code) => {
    const { body } = await post(sent, headers).expect(status);
    expect(body.code).toBe(code);
  });

  it('A body gets 503 while others occupy the memory for bodies, and is read afterwards', async () => {
    const held = new HeldBodies();
    const app = appOf(readBody([JSON_TYPE], LIMITS, held));
    const send = () => request(app).post('/').set('Content-Type', JSON_TYPE).send('{"a":1}');
    held.resize(0, LIMITS.bodies - 6, LIMITS.bodies);
    const { body, headers } = await send().expect(503);
    expect([body.code, headers['retry-after']]).toEqual(['overloaded', '1']);
    held.resize(LIMITS.bodies - 6, 0, LIMITS.bodies);
    await send().expect(200, { body: { a: 1 } });
    await eventually('all memory is given back', () => held.bytes === 0);
  });

  it('A body of another type is refused with the supported types, and for PATCH with Accept-Patch', async () => {
    const types = [MERGE_PATCH, JSON_PATCH];
    const app = appOf(readBody(types, LIMITS, new HeldBodies()));
    const patched = await request(app).patch('/').set('Content-Type', 'text/plain').send('a').expect(415);
    expect(patched.body.supported).toEqual(types);
    expect(patched.headers['accept-patch']).toBe(types.join(', '));
    const put = await request(app).put('/').set('Content-Type', 'text/plain').send('a').expect(415);
    expect(put.headers).not.toHaveProperty('accept-patch');
  });
});

describe('Operation without a body', () => {
  const app = appOf(rejectBody);
  it.each(['', '{}', ' { } '])('The empty body %j is accepted', async (sent) => {
    await request(app).post('/').set('Content-Type', JSON_TYPE).send(sent).expect(200);
  });

  it.each(['{"a":1}', '[]', `{${' '.repeat(20)}}`])('The body %j is refused', async (sent) => {
    const { body } = await request(app).post('/').set('Content-Type', JSON_TYPE).send(sent).expect(400);
    expect(body).toMatchObject({ code: 'validation-failed', errors: [{ in: 'body', pointer: '#' }] });
  });
});
