import { afterEach, expect, it } from '@jest/globals';
import { type SpanOutcome, tracer } from '../../../src/observability/tracing.ts';
import { createTargets } from '../../../src/outbound/targets.ts';
import { policiesOf } from '../../support/policies.ts';
import { startUpstream } from '../../support/upstream.ts';

afterEach(() => {
  tracer.current = undefined;
});

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

it('Each attempt has a span, which the service gets as its parent', async () => {
  const spans: object[] = [];
  tracer.current = {
    serve: () => {
      throw new Error('nothing is served here');
    },
    call: (service, method, parent, retries) => ({
      traceparent: `span ${retries}`,
      end: (outcome: SpanOutcome) => spans.push({ service, method, parent, retries, ...outcome }),
    }),
    close: async () => {},
  };
  const upstream = await startUpstream((_req, res) =>
    res.writeHead(upstream.requests.length === 1 ? 503 : 200).end(),
  );
  const [target] = createTargets([
    { name: 'things', urls: [upstream.url], ...policiesOf({ retry: { delay: 0 } }) },
  ]).values();
  try {
    const response = await target?.send({ method: 'GET', path: '/', headers: ['traceparent', PARENT] });
    await response?.collect(1000);
  } finally {
    await target?.close();
    await upstream.stop();
  }
  const span = { service: 'things', method: 'GET', parent: PARENT };
  expect(spans).toEqual([
    { ...span, retries: 0, status: 503 },
    { ...span, retries: 1, status: 200 },
  ]);
  expect(upstream.requests.map(({ headers }) => headers.traceparent)).toEqual(['span 0', 'span 1']);
});
