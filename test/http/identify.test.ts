import { describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { contextOf } from '../../src/http/context.ts';
import { identify } from '../../src/http/identify.ts';

const app = express().use(identify({ echo: true }), (req, res) => {
  const { requestId, traceparent, traceId } = contextOf(req);
  res.json({ requestId, traceparent, traceId });
});
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('identify', () => {
  it('The id and the trace of the client are preserved', async () => {
    const { body, headers } = await request(app).get('/').set({ 'X-Request-Id': 'abc-1', traceparent });
    expect(body).toEqual({ requestId: 'abc-1', traceparent, traceId: '4bf92f3577b34da6a3ce929d0e0e4736' });
    expect(headers['x-request-id']).toBe('abc-1');
  });

  it.each([{}, { 'X-Request-Id': 'a"b', traceparent: 'nonsense' }, { 'X-Request-Id': 'x'.repeat(200) }])(
    'An own id and trace replace the invalid headers %p',
    async (headers) => {
      const { body } = await request(app).get('/').set(headers);
      expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(body.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    },
  );
});
