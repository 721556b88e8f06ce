import { get } from 'node:http';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import express from 'express';
import { type Listening, listen } from '../../src/http/listen.ts';
import { problemHandler } from '../../src/http/problem-handler.ts';
import { Watchers } from '../../src/http/watchers.ts';
import { pass, until, useFakeTime } from '../support/fake-time.ts';

let turn: string;
let isOver: boolean;
let made: number;
let watchers: Watchers;
let server: Listening;

beforeEach(async () => {
  useFakeTime();
  [turn, isOver, made] = ['closed', false, 0];
  watchers = new Watchers({ turn: () => turn, isOver: () => isOver });
  const app = express()
    .get('/', (req, res) => watchers.add(req, res, req.path, () => `page ${++made}\nof <b>`))
    .use(problemHandler({ logger: { error: () => undefined } }));
  server = await listen(app, { port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  watchers.end();
  jest.useRealTimers();
  await server.close(0);
});

interface Viewer {
  text: string;
  status: number | undefined;
  isEnded: boolean;
  leave(): void;
}

const look = async (): Promise<Viewer> => {
  const viewer: Viewer = { text: '', status: undefined, isEnded: false, leave: () => asked.destroy() };
  const asked = get(server.url, (answer) => {
    viewer.status = answer.statusCode;
    answer.setEncoding('utf8').on('data', (chunk) => {
      viewer.text += chunk;
    });
    answer.on('end', () => {
      viewer.isEnded = true;
    });
  });
  asked.on('error', () => undefined);
  await until(() => viewer.text !== '');
  return viewer;
};
const pages = ({ text }: Viewer): string[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data as string));
/** Long enough for what must not happen to happen all the same. */
const calm = async () => {
  for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
};

it('sends the page at once, and again every two seconds, made once for all', async () => {
  const [one, other] = [await look(), await look()];
  expect(pages(one)).toEqual(['page 1\nof <b>']);
  expect(one.text).toMatch(/^retry: \d+\n/);
  pass(1500);
  await calm();
  expect(made).toBe(2);
  pass(500);
  await until(() => pages(one).length === 2 && pages(other).length === 2);
  expect([pages(one)[1], pages(other)[1], made]).toEqual(['page 3\nof <b>', 'page 3\nof <b>', 3]);
});

it('sends it as soon as something turns', async () => {
  const viewer = await look();
  turn = 'open';
  pass(500);
  await until(() => pages(viewer).length === 2);
});

it('makes nothing while nobody looks', async () => {
  const viewer = await look();
  viewer.leave();
  await calm();
  pass(10_000);
  await calm();
  expect(made).toBe(1);
});

it('ends when the process drains, so that whoever looks comes again elsewhere', async () => {
  const viewer = await look();
  isOver = true;
  pass(500);
  await until(() => viewer.isEnded);
});

it('refuses who would be one too many, and has room again when somebody leaves', async () => {
  const viewers = await Promise.all(Array.from({ length: 100 }, look));
  const refused = await look();
  expect(refused.status).toBe(503);
  expect(refused.text).toContain('Too many look');
  viewers[0]?.leave();
  let next = await look();
  // Until the server has heard of it.
  for (let tries = 0; tries < 100 && next.status === 503; tries++) next = await look();
  expect(next.status).toBe(200);
});
