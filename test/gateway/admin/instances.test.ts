/** Actions on instances, which only the admin listener offers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { eventually } from '../../support/eventually.ts';
import { testLog } from '../../support/log.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

const DOCUMENT = `openapi: 3.1.0
info: { title: Things, version: 1.0.0 }
paths:
  /things: { get: { operationId: listThings, responses: { '200': { description: Things. } } } }
`;
const SERVICE = '/status/services/things';
const FORMS = 'application/prs.hal-forms+json';

let log: ReturnType<typeof testLog>;
let folder: string;
let upstreams: TestUpstream[];
let gateway: StartedGateway;
let admin: string;

const configure = (urls: readonly string[], more = ''): Promise<void> =>
  writeFile(
    join(folder, 'gateway.yaml'),
    `admin: { port: 0 }\nreload: { files: 0 }\n${more}
services: { things: { document: things.yaml, url: [${urls.map((url) => `"${url}"`).join()}] } }\n`,
  );

beforeEach(async () => {
  log = testLog();
  folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  await writeFile(join(folder, 'things.yaml'), DOCUMENT);
  upstreams = await Promise.all([startUpstream(), startUpstream(), startUpstream()]);
  await configure(upstreams.map(({ url }) => url));
  const config = configFile(join(folder, 'gateway.yaml'));
  gateway = await startGateway({ config, port: 0, host: '127.0.0.1', log });
  admin = gateway.adminUrl ?? '';
});
afterEach(async () => {
  await gateway.close();
  for (const upstream of upstreams) await upstream.stop();
  await rm(folder, { recursive: true });
});

const act = (id: string, action: string) => request(admin).post(`${SERVICE}/instances/${id}/${action}`);
const requestCounts = () => upstreams.map(({ requests }) => requests.length);
const get = async (times: number, status = 200): Promise<void> => {
  for (let i = 0; i < times; i++) await request(gateway.url).get('/things').expect(status);
};

it('The status shows each instance by a short id and hides its address', async () => {
  await get(9);
  for (const url of [admin, gateway.url])
    for (const path of [SERVICE, '/status'])
      for (const accept of [FORMS, 'text/html']) {
        const { text } = await request(url).get(path).accept(accept).expect(200);
        for (const upstream of upstreams) expect(text).not.toContain(new URL(upstream.url).port);
      }
  const { body } = await request(gateway.url).get(SERVICE).expect(200);
  const { instances } = body;
  expect(instances.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
    ['1', 'working'],
    ['2', 'working'],
    ['3', 'working'],
  ]);
  expect(instances.map(({ requests }: { requests: number }) => requests)).toEqual(requestCounts());
});

it('Only the admin listener offers actions on instances as HAL-FORMS', async () => {
  const { body } = await request(admin).get(SERVICE).accept(FORMS).expect(200);
  const [first] = body._embedded.item;
  expect(first._links.self.href).toBe(`${SERVICE}/instances/1`);
  expect(first._templates.isolate).toMatchObject({
    method: 'POST',
    target: `${SERVICE}/instances/1/isolate`,
  });
  const alone = await request(admin).get(first._links.self.href).accept(FORMS).expect(200);
  expect(alone.body).toEqual(first);
  expect(alone.headers['content-type']).toContain(FORMS);

  const { text } = await request(gateway.url).get(SERVICE).accept(FORMS).expect(200);
  expect(text).not.toContain('isolate');
  expect((await request(gateway.url).get(SERVICE).accept('text/html')).text).not.toContain('<form');
  await request(gateway.url).get(first._links.self.href).expect(404);
  await request(gateway.url).post(first._templates.isolate.target).expect(404);
});

it('An isolated instance gets no calls until it is reset', async () => {
  const { body, headers } = await act('2', 'isolate').accept(FORMS).expect(200);
  expect(body).toMatchObject({ id: '2', state: 'isolated', _templates: { reset: { method: 'POST' } } });
  expect(body._templates.isolate).toBeUndefined();
  expect(headers['content-location']).toBe(`${SERVICE}/instances/2`);
  await get(20);
  expect(requestCounts()[1]).toBe(0);

  await act('2', 'reset').accept(FORMS).expect(200);
  await act('1', 'isolate').expect(200);
  await act('3', 'isolate').expect(200);
  await get(3);
  expect(requestCounts()[1]).toBe(3);
  expect(log.warnings).toMatchObject([
    { service: 'things', instance: '2', was: 'working', is: 'isolated' },
    { service: 'things', instance: '2', was: 'isolated', is: 'working' },
    { instance: '1' },
    { instance: '3' },
  ]);
});

it('The last instance can be isolated, with a warning', async () => {
  await act('1', 'isolate').expect(200);
  await act('2', 'isolate').expect(200);
  const { body } = await act('3', 'isolate').expect(200);
  expect(body.warning).toBe('No instance of things accepts calls: reset an isolated instance.');
  const { text } = await request(admin).get(SERVICE).accept('text/html');
  expect(text).toContain(body.warning);
  const refused = await request(gateway.url).get('/things').expect(503);
  expect(refused.body.type).toMatch(/circuit-open$/);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(requestCounts()).toEqual([0, 0, 0]);
});

it('A reset makes an ejected instance available at once', async () => {
  const bad = upstreams[0] as TestUpstream;
  bad.respond = (_req, res) => res.writeHead(500).end();
  await eventually('it has failed often enough', async () => {
    await request(gateway.url).get('/things');
    return requestCounts()[0] === 5;
  });
  const { body } = await request(admin).get(`${SERVICE}/instances/1`).expect(200);
  expect(body).toMatchObject({ state: 'ejected', ejectedUntil: expect.any(String), failures: 5 });
  await get(10);
  expect(requestCounts()[0]).toBe(5);

  bad.respond = (_req, res) => res.end('well');
  await act('1', 'reset').expect(200);
  for (const id of ['2', '3']) await act(id, 'isolate');
  await get(4);
  expect(requestCounts()[0]).toBe(9);
});

it('The metrics contain failures and state of each instance', async () => {
  (upstreams[2] as TestUpstream).respond = (_req, res) => res.writeHead(500).end();
  await eventually('the third is called', async () => {
    await request(gateway.url).get('/things');
    return requestCounts()[2] === 1;
  });
  await act('1', 'isolate').expect(200);
  const { text } = await request(admin).get('/metrics').expect(200);
  const lines = text.split('\n').filter((line) => line.startsWith('linkway_upstream_instance_'));
  const failures = (id: string) =>
    `linkway_upstream_instance_failures_total{service="things",instance="${id}"}`;
  const state = (id: string, is: string) =>
    `linkway_upstream_instance_state{service="things",instance="${id}",state="${is}"}`;
  expect(lines).toEqual(
    expect.arrayContaining([
      `${failures('2')} 0`,
      `${failures('3')} 1`,
      `${state('1', 'isolated')} 1`,
      `${state('1', 'working')} 0`,
      `${state('3', 'working')} 1`,
    ]),
  );
  // Five states and two counters per instance, for any number of requests.
  expect(lines).toHaveLength(3 * 7);
});

describe('A reload', () => {
  it('A reload keeps isolations, ids and counts of instances', async () => {
    const [one, two, three] = upstreams.map(({ url }) => url) as [string, string, string];
    await act('2', 'isolate').expect(200);
    await get(4);
    const [first] = requestCounts();
    await configure([three, two, one]);
    await gateway.reload();
    const { body } = await request(admin).get(SERVICE).expect(200);
    expect(body.instances).toMatchObject([
      { id: '3' },
      { id: '2', state: 'isolated' },
      { id: '1', requests: first },
    ]);
    // A different policy creates new breakers.
    await configure([two, three], 'policy: { deadline: 5s }');
    await gateway.reload();
    const after = await request(admin).get(SERVICE).expect(200);
    expect(after.body.instances).toMatchObject([
      { id: '2', state: 'isolated' },
      { id: '3', state: 'working' },
    ]);
  });

  it('A reload adds and removes instances under load without failed requests', async () => {
    const urls = upstreams.map(({ url }) => url);
    for (const upstream of upstreams) upstream.respond = (_req, res) => setImmediate(() => res.end('ok'));
    const outcomes = new Map<number, number>();
    let isOver = false;
    const clients = Array.from({ length: 6 }, async () => {
      while (!isOver) {
        const { status } = await request(gateway.url).get('/things');
        outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
      }
    });
    for (const some of [urls.slice(0, 1), urls.slice(1), urls, urls.slice(2), urls]) {
      const before = requestCounts();
      await configure(some);
      expect(await gateway.reload()).toBe(true);
      const isCalled = () =>
        requestCounts().every(
          (count, index) => !some.includes(urls[index] ?? '') || count > (before[index] ?? 0),
        );
      await eventually('each of them is called', isCalled, { tell: requestCounts });
    }
    isOver = true;
    await Promise.all(clients);
    expect([...outcomes.keys()]).toEqual([200]);
  });
});

describe('In a browser', () => {
  it('The button works without scripts and returns to the page', async () => {
    const { text } = await request(admin).get(SERVICE).accept('text/html').expect(200);
    const [, action = ''] = /<form class="inline" method="post" action="([^"]+isolate)"/.exec(text) ?? [];
    const { headers } = await request(admin)
      .post(action)
      .accept('text/html')
      .set({ Origin: admin, 'Sec-Fetch-Site': 'same-origin' })
      .expect(303);
    expect(headers.location).toBe(`${SERVICE}#instances`);
    expect((await request(admin).get(SERVICE).accept('text/html')).text).toContain('isolated since');
  });

  it.each([
    ['a page of another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another port of this machine', { 'Sec-Fetch-Site': 'same-site' }],
    ['an old browser on another page', { Origin: 'http://elsewhere.example' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a name that was made to lead here', { 'Sec-Fetch-Site': 'same-origin', Host: 'elsewhere.example' }],
  ])('Actions on instances reject requests from %s', async (_, headers) => {
    const { body } = await act('1', 'isolate').set(headers).expect(403);
    expect(body.type).toMatch(/cross-site$/);
    const { body: after } = await request(admin).get(`${SERVICE}/instances/1`);
    expect(after.state).toBe('working');
  });
});

it.each([
  ['GET', '/instances/1/isolate', 405],
  ['POST', '/instances/4/isolate', 404],
  ['POST', '/instances/1/destroy', 404],
  ['GET', '/instances/constructor', 404],
])('The admin listener responds to %s %s with %d', async (method, path, status) => {
  await request(admin)
    [method === 'GET' ? 'get' : 'post'](SERVICE + path)
    .expect(status);
});
