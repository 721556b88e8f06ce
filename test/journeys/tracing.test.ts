/** One trace through gateway → service → service, as a collector receives it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import request from 'supertest';
import { freePort, startChild } from '../support/child.ts';
import { withCluster } from '../support/cluster.ts';
import { type CollectedSpan, KIND, startCollector } from '../support/collector.ts';
import { describeSamples } from '../support/samples.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT_SPAN = 'b7ad6b7169203331';
const ORDER = {
  consumerId: 'c-ada',
  restaurantId: 'r-trattoria',
  lineItems: [{ menuItemId: 'm-margherita', quantity: 1 }],
  deliveryInformation: { time: '2040-01-15T19:30:00Z', address: '12 St James Square, London' },
};

describeSamples('Tracing', () => {
  let folder: string;
  let collector: Awaited<ReturnType<typeof startCollector>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linkway-'));
    await withCluster(folder);
    collector = await startCollector();
  });
  afterAll(async () => {
    collector.close();
    await rm(folder, { recursive: true });
  });

  /** Runs the whole system and places one order. */
  const placeOrder = async (env: Record<string, string>) => {
    const child = startChild('src/main.ts', [], { PORT: '0', DATA_DIR: folder, ...env });
    await child.says(/Ctrl-C/);
    const [, url = ''] = /Entry point +(\S+)\//.exec(child.output.stdout) ?? [];
    const { body, status } = await request(url)
      .post('/orders')
      .set('traceparent', `00-${TRACE}-${CLIENT_SPAN}-01`)
      .send(ORDER);
    child.process.kill('SIGINT');
    expect(await child.ended).toBe(0);
    expect(body).toMatchObject({ state: 'APPROVED' });
    expect(status).toBe(201);
  };

  it('sends one trace from the client through the gateway and each service', async () => {
    await placeOrder({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: 'food' });
    const { spans } = collector;
    const childrenOf = (id: string): CollectedSpan[] => spans.filter((one) => one.parentSpanId === id);
    const only = (found: CollectedSpan[]): CollectedSpan => {
      expect(found).toHaveLength(1);
      return found[0] as CollectedSpan;
    };

    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
    expect(new Set(spans.map(({ serviceName }) => serviceName))).toEqual(new Set(['food']));
    const atGateway = only(childrenOf(CLIENT_SPAN));
    expect(atGateway).toMatchObject({ name: 'placeOrder', kind: KIND.server });
    expect(atGateway.attributes).toMatchObject({ 'linkway.service': 'orders' });
    const call = only(childrenOf(atGateway.spanId));
    expect(call).toMatchObject({ name: 'POST orders', kind: KIND.client });
    const atOrders = only(childrenOf(call.spanId));
    expect(atOrders).toMatchObject({ name: 'placeOrder', kind: KIND.server });
    const calls = childrenOf(atOrders.spanId);
    expect(calls.map(({ name }) => name)).toEqual(expect.arrayContaining(['GET consumers']));
    for (const one of calls) {
      expect(one.kind).toBe(KIND.client);
      expect(only(childrenOf(one.spanId)).kind).toBe(KIND.server);
    }
    expect(spans.some(({ name }) => name === 'getConsumer')).toBe(true);
  }, 60_000);

  it('loses only spans when the collector is unreachable', async () => {
    await placeOrder({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` });
  }, 60_000);

  it('sends nothing when it is off', async () => {
    const before = collector.spans.length;
    await placeOrder({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: 'true' });
    expect(collector.spans).toHaveLength(before);
  }, 60_000);
});
