import { describe, expect, it } from '@jest/globals';
import express from 'express';
import supertest from 'supertest';
import { pipeline, type Step } from '../../../src/http/server/pipeline.ts';

const asked = async (...steps: Step[]) => {
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

describe('inOrder', () => {
  it('runs a step after the other, until one ends the request', async () => {
    const names: string[] = [];
    const named =
      (name: string): Step =>
      (_req, _res, next) => {
        names.push(name);
        next();
      };
    expect(await asked(named('a'), named('b'), ends, named('c'))).toEqual([200, 'ended']);
    expect(names).toEqual(['a', 'b']);
  });

  it.each<[string, Step]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['hands on', (_req, _res, next) => next(new Error('broken'))],
    ['hands on later', (_req, _res, next) => void setImmediate(next, new Error('broken'))],
  ])('gives what a step %s to whoever ends the request then, and to no other step', async (_, fails) => {
    expect(await asked(passes, fails, ends)).toEqual([500, 'Error: broken']);
  });

  it('takes an Express app for a step, which hands on what it does not answer', async () => {
    const app = express().get('/other', (_req, res) => res.send('other')) as unknown as Step;
    expect(await asked(app, ends)).toEqual([200, 'ended']);
  });

  it('never leaves a request without an answer', async () => {
    expect(await asked(passes)).toEqual([500, 'Error: No step has ended the request']);
  });
});
