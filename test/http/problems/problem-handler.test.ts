import { describe, expect, it, jest } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { Problem } from '../../../src/contract/problem.ts';
import { circuitOpen } from '../../../src/contract/problems.ts';
import { identify } from '../../../src/http/identify.ts';
import { problemHandler } from '../../../src/http/problems/problem-handler.ts';

const serve = (error: unknown, before: express.RequestHandler = (_req, _res, next) => next()) => {
  const logger = { error: jest.fn(), warn: jest.fn() };
  const app = express().disable('x-powered-by');
  app.use(identify(), before);
  app.get('/item/:id', () => {
    throw error;
  });
  app.use(express.json(), () => {
    throw error;
  });
  app.use(problemHandler({ logger, headers: ['X-Content-Type-Options', 'nosniff'] }));
  return { app, logger };
};

describe('Problem handler', () => {
  it('A problem is sent with its headers and the request id', async () => {
    const { app, logger } = serve(new Problem(circuitOpen, 'Not now.', { headers: { 'Retry-After': '5' } }));
    const { status, headers, body } = await request(app).get('/').set('X-Request-Id', 'r-1');
    expect(status).toBe(503);
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': '5',
      'x-request-id': 'r-1',
      'x-content-type-options': 'nosniff',
    });
    expect(body).toMatchObject({
      type: '/problems/circuit-open',
      status: 503,
      detail: 'Not now.',
      requestId: 'r-1',
    });
    expect(logger.error).not.toHaveBeenCalled();
  });

  it('Only a limited part of the request is repeated', async () => {
    const long = 'a'.repeat(100_000);
    const errors = Array.from({ length: 1000 }, () => ({ in: 'body', pointer: `#/${long}`, detail: long }));
    const { app } = serve(new Problem(circuitOpen, long, { extensions: { errors } }));
    const { text, body } = await request(app).get('/');
    expect(body.errors).toHaveLength(50);
    expect(text.length).toBeLessThan(60_000);
  });

  it('Unexpected errors are logged and not revealed to the client', async () => {
    const secret = new Error('password=hunter2');
    const { app, logger } = serve(secret);
    const { status, text, body } = await request(app).get('/').set('X-Request-Id', 'r-2');
    expect(status).toBe(500);
    expect(body).toMatchObject({ type: '/problems/internal-error', requestId: 'r-2' });
    expect(text).not.toMatch(/hunter2|at .*\.ts/);
    expect(logger.error).toHaveBeenCalledWith(expect.objectContaining({ err: secret, requestId: 'r-2' }));
  });

  it.each([undefined, null, 'text', 42, { status: 500, message: 'x', expose: true }])(
    'The thrown value %p becomes an internal error',
    async (thrown) => {
      const { status } = await request(
        serve(thrown, (_req, _res, next) => next(thrown ?? new Error())).app,
      ).get('/');
      expect(status).toBe(500);
    },
  );

  it('Errors of parsers and the router become problem types of the catalogue', async () => {
    const { app } = serve(new Error());
    const malformed = await request(app).post('/').type('json').send('{"a":');
    expect([malformed.status, malformed.body.type]).toEqual([400, '/problems/bad-request']);
    const large = await request(app)
      .post('/')
      .type('json')
      .send(`"${'x'.repeat(200_000)}"`);
    expect([large.status, large.body.type]).toEqual([413, '/problems/content-too-large']);
    const encoding = await request(app).get('/item/%ff');
    expect([encoding.status, encoding.body.type]).toEqual([400, '/problems/bad-request']);
  });

  it('The response to HEAD has no body', async () => {
    const { headers, text } = await request(serve(new Problem(circuitOpen, 'x')).app).head('/');
    expect(Number(headers['content-length'])).toBeGreaterThan(0);
    expect(text).toBeFalsy();
  });

  it('The connection is cut when the head has been sent already', async () => {
    const started: express.RequestHandler = (_req, res, next) => {
      res.writeHead(200).write('half');
      next();
    };
    await expect(request(serve(new Error(), started).app).get('/')).rejects.toThrow(/aborted|hang up/);
  });
});
