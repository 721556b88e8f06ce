import { get } from 'node:http';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import express from 'express';
import { problemHandler } from '../../src/http/problems/problem-handler.ts';
import { type Listening, listen } from '../../src/http/server/listen.ts';
import { SseBroadcaster } from '../../src/http/sse-broadcaster.ts';
import { pass, until, useFakeTime } from '../support/fake-time.ts';

let revision: string;
let isDraining: boolean;
let made: number;
let logged: unknown[];
let render: () => string;
let broadcaster: SseBroadcaster;
let server: Listening;

beforeEach(async () => {
  useFakeTime();
  [revision, isDraining, made] = ['closed', false, 0];
  logged = [];
  render = () => `page ${++made}\nof <b>`;
  const log = { error: (entry: unknown) => void logged.push(entry) };
  broadcaster = new SseBroadcaster({ revision: () => revision, isDraining: () => isDraining, log });
  const app = express()
    .get('/{:page}', (req, res) => broadcaster.add(req, res, req.path, () => render()))
    .use(problemHandler({ logger: { error: () => undefined, warn: () => undefined } }));
  server = await listen(app, { port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  broadcaster.end();
  jest.useRealTimers();
  await server.close(0);
});

interface Viewer {
  text: string;
  status: number | undefined;
  isEnded: boolean;
  isCut: boolean;
  leave(): void;
  /** Stops reading. */
  pause(): void;
  resume(): void;
}

const look = async (path = '/', localAddress = '127.0.0.1'): Promise<Viewer> => {
  const viewer: Viewer = {
    text: '',
    status: undefined,
    isEnded: false,
    isCut: false,
    leave: () => sent.destroy(),
    pause: () => sent.socket?.pause(),
    resume: () => sent.socket?.resume(),
  };
  const sent = get(server.url + path, { localAddress }, (response) => {
    viewer.status = response.statusCode;
    response.setEncoding('utf8').on('data', (chunk) => {
      viewer.text += chunk;
    });
    response.on('end', () => {
      viewer.isEnded = true;
    });
    response.on('error', () => {
      viewer.isCut = true;
    });
  });
  sent.on('error', () => undefined);
  await until(() => viewer.text !== '');
  return viewer;
};
const pages = ({ text }: Viewer): string[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data as string));
/** Long enough for an unwanted event to happen. */
const calm = async () => {
  for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
};

it('A page is sent at once and every two seconds, rendered once for all viewers', async () => {
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

it('A page is sent as soon as the revision changes', async () => {
  const viewer = await look();
  revision = 'open';
  pass(500);
  await until(() => pages(viewer).length === 2);
});

it('Nothing is rendered without viewers', async () => {
  const viewer = await look();
  viewer.leave();
  await calm();
  pass(10_000);
  await calm();
  expect(made).toBe(1);
});

it('Streams end when the process drains, so that viewers reconnect elsewhere', async () => {
  const viewer = await look();
  isDraining = true;
  pass(500);
  await until(() => viewer.isEnded);
});

it('A page that fails to render ends the streams of its viewers only', async () => {
  const [one, other] = [await look('/broken'), await look('/')];
  const cause = new Error('no such service');
  render = () => {
    if (made++ === 2) throw cause;
    return 'well';
  };
  pass(2000);
  await until(() => one.isEnded && pages(other).length === 2);
  expect(pages(other)[1]).toBe('well');
  expect(logged).toEqual([{ err: cause }]);
});

/** Several megabytes fill the buffers of both ends. */
const MORE_THAN_THE_SYSTEM_HOLDS = 16;

it('Only viewers that do not read are disconnected', async () => {
  const reader = await look();
  const idle = await look();
  idle.pause();
  const most = 2 ** 20;
  const first = idle.text.length;
  render = () => 'x'.repeat(most);
  for (let event = 1; event <= MORE_THAN_THE_SYSTEM_HOLDS; event++) {
    pass(2000);
    await until(() => reader.text.length > event * most);
  }
  expect([reader.isCut, idle.text.length]).toEqual([false, first]);
  idle.resume();
  await until(() => idle.isCut);
});

it('Viewers above the limit are refused until another one leaves', async () => {
  const viewers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => look('/', `127.0.1.${1 + Math.floor(index / 20)}`)),
  );
  expect(viewers.every(({ status }) => status === 200)).toBe(true);
  const refused = await look();
  expect(refused.status).toBe(503);
  expect(refused.text).toContain('Too many clients watch');
  viewers[0]?.leave();
  let next = await look();
  // Wait until the server has noticed the disconnect.
  for (let tries = 0; tries < 100 && next.status === 503; tries++) next = await look();
  expect(next.status).toBe(200);
});

it('One client has a lower limit, and others are still accepted', async () => {
  const viewers = await Promise.all(Array.from({ length: 25 }, () => look()));
  expect(viewers.filter(({ status }) => status === 200)).toHaveLength(20);
  expect((await look('/', '127.0.0.2')).status).toBe(200);
});
