/** The deadline of a client, from hop to hop, with a fixed clock. */
import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import express from 'express';
import { withCallerContext } from '../../../src/http/caller-context.ts';
import { identify } from '../../../src/http/identify.ts';
import { sendJson } from '../../../src/outbound/json.ts';
import { Target } from '../../../src/outbound/target.ts';
import { atOnce, pass, useFakeTime } from '../../support/fake-time.ts';
import { document, startGateway } from '../../support/gateway.ts';
import { policiesOf } from '../../support/policies.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

const HEADER = 'x-envoy-expected-rq-timeout-ms';

beforeEach(useFakeTime);
afterEach(() => {
  jest.useRealTimers();
});

/** The fetch of Node, whose timers are not affected. */
const get = (url: string, left?: string): Promise<Response> =>
  atOnce(fetch(url, left === undefined ? {} : { headers: { [HEADER]: left } }));

describe('Deadline at a service', () => {
  let dependency: TestUpstream;
  let service: TestUpstream;
  let target: Target;
  let work: number;

  beforeEach(async () => {
    work = 0;
    dependency = await startUpstream((_req, res) => res.end());
    target = new Target('dependency', dependency.url, policiesOf({ deadline: 4000, attemptTimeout: 3000 }));
    const app = express();
    app.use(identify({ trustsDeadline: true }), withCallerContext());
    app.get('/', async (_req, res) => {
      pass(work);
      const response = await sendJson(target, { method: 'GET', path: '/' }).catch((problem) => problem.type);
      res.status(response.status).end();
    });
    service = await startUpstream(app as RequestListener);
  });
  afterEach(async () => {
    await target.close();
    await service.stop();
    await dependency.stop();
  });

  it('The remaining time is sent to upstreams', async () => {
    work = 300;
    expect((await get(service.url, '1000')).status).toBe(200);
    expect(dependency.requests[0]?.headers[HEADER]).toBe('700');
  });

  it('No upstream is called after the deadline', async () => {
    work = 996;
    expect((await get(service.url, '1000')).status).toBe(504);
    expect(dependency.requests).toHaveLength(0);
  });

  it.each([undefined, '', '-1', '1e2', '0x10', '9'.repeat(400), '1000, 2000', 'soon'])(
    'The header value %j is ignored',
    async (left) => {
      expect((await get(service.url, left)).status).toBe(200);
      expect(dependency.requests[0]?.headers[HEADER]).toBe('3000');
    },
  );
});

describe('Deadline at the gateway', () => {
  const orders = document({ '/x': { get: { responses: { 200: { description: 'ok' } } } } });
  const start = (trustProxy: boolean) =>
    startGateway({ orders }, { config: `trustProxy: ${trustProxy}\npolicy: { attemptTimeout: 3s }` });

  it('The deadline of a client is ignored because it could make a service look slow', async () => {
    const { url, services } = await start(false);
    expect((await get(`${url}/x`, '0')).status).toBe(200);
    expect(services.orders?.requests[0]?.headers[HEADER]).toBe('3000');
  });

  it('The deadline of a trusted proxy is used', async () => {
    const { url, services } = await start(true);
    await get(`${url}/x`, '700');
    expect(services.orders?.requests[0]?.headers[HEADER]).toBe('700');
    const late = await get(`${url}/x`, '4');
    expect([late.status, ((await late.json()) as { type: string }).type]).toEqual([
      504,
      expect.stringContaining('upstream-timeout'),
    ]);
    expect(services.orders?.requests).toHaveLength(1);
  });
});
