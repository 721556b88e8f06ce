import { describe, expect, it } from '@jest/globals';
import express from 'express';
import supertest from 'supertest';
import { pipeline, type Step } from '../../../src/http/server/pipeline.ts';

const send = async (...steps: Step[]) => {
  const app = pipeline(steps, (error, _req, res) => {
    res.writeHead(500).end(String(error));
  });
  const { status, text } = await supertest(app).get('/');
  return [status, text];
};

const ends: Step = (_req, res) => {
  res.end('ended');
};
const passes: Step = (_req, _res, next) => next();

describe('pipeline', () => {
  it('Steps run in order until one ends the request', async () => {
    const names: string[] = [];
    const named =
      (name: string): Step =>
      (_req, _res, next) => {
        names.push(name);
        next();
      };
    expect(await send(named('a'), named('b'), ends, named('c'))).toEqual([200, 'ended']);
    expect(names).toEqual(['a', 'b']);
  });

  it.each<[string, Step]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects with', () => Promise.reject(new Error('broken'))],
    ['passes to next', (_req, _res, next) => next(new Error('broken'))],
    ['passes to next later', (_req, _res, next) => void setImmediate(next, new Error('broken'))],
  ])('An error that a step %s goes to the error handler and to no other step', async (_, fails) => {
    expect(await send(passes, fails, ends)).toEqual([500, 'Error: broken']);
  });

  it('An Express app can be a step, which passes on requests that it does not handle', async () => {
    const app = express().get('/other', (_req, res) => res.send('other')) as unknown as Step;
    expect(await send(app, ends)).toEqual([200, 'ended']);
  });

  it('A request without a response gets an error', async () => {
    expect(await send(passes)).toEqual([500, 'Error: No step ended the request']);
  });
});
