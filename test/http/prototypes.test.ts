/** Requests and answers that are born as an app's: Express has nothing to change about them. */
import { createServer } from 'node:http';
import { expect, it } from '@jest/globals';
import express, { type Express } from 'express';
import request from 'supertest';
import { AppPrototypes } from '../../src/http/prototypes.ts';

const appOf = (name: string): Express =>
  express()
    .set('name', name)
    .get('/', (req, res) => {
      res.json({ app: req.app.get('name'), of: res.app.get('name'), host: req.hostname });
    });

it('are as Express would have made them, so that it does not', async () => {
  const app = appOf('one');
  const prototypes = new AppPrototypes();
  prototypes.follow(app);
  const seen: boolean[] = [];
  const server = createServer(prototypes, (req, res) => {
    seen.push(Object.getPrototypeOf(req) === app.request, Object.getPrototypeOf(res) === app.response);
    app(req, res);
  });
  const { body } = await request(server).get('/').set('Host', 'here.example');
  expect(body).toEqual({ app: 'one', of: 'one', host: 'here.example' });
  expect(seen).toEqual([true, true]);
});

it('are those of the app that answers now; one from before may still take them', async () => {
  const [before, now] = [appOf('before'), appOf('now')];
  const prototypes = new AppPrototypes();
  prototypes.follow(before);
  prototypes.follow(now);
  let app = now;
  const server = createServer(prototypes, (req, res) => app(req, res));
  expect((await request(server).get('/')).body).toMatchObject({ app: 'now', of: 'now' });
  app = before;
  expect((await request(server).get('/')).body).toMatchObject({ app: 'before', of: 'before' });
});

it('read a body and send one as those of Node do', async () => {
  const app = express().post('/', express.json(), (req, res) => {
    res.status(201).json({ got: req.body });
  });
  const prototypes = new AppPrototypes();
  prototypes.follow(app);
  const server = createServer(prototypes, app);
  const answer = await request(server).post('/').send({ a: 1 });
  expect([answer.status, answer.body]).toEqual([201, { got: { a: 1 } }]);
});

it('are those of Node where no app is followed yet', async () => {
  const server = createServer(new AppPrototypes(), (req, res) => res.end(req.method));
  expect((await request(server).get('/')).text).toBe('GET');
});
