import { describe, expect, it } from '@jest/globals';
import type { Point } from '../../../../src/gateway/portal/status/history.ts';
import { chart, sparkline } from '../../../../src/gateway/portal/status/plot.ts';
import { failing, latency, traffic } from '../../../../src/gateway/portal/status/series.ts';

const points = (...values: readonly Partial<Point>[]): Point[] =>
  values.map((value, at) => ({ at, requests: 0, failures: 0, breaker: 'closed', ...value }));
const labels = (html: { text: string }): string[] =>
  [...html.text.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, label = '']) => label);

describe('A chart', () => {
  it.each([
    [0.5, ['0.5/s', '0.25/s', '0/s']],
    [3.2, ['5/s', '2.5/s', '0/s']],
    [7, ['10/s', '5/s', '0/s']],
    [100, ['100/s', '50/s', '0/s']],
    [101, ['200/s', '100/s', '0/s']],
    [0, ['0/s']],
  ])('A chart with a maximum of %p per second has an axis with %j', (requests, axis) => {
    const drawn = chart(points({ requests }, { requests: requests / 2 }), traffic);
    expect(labels(drawn)).toEqual([...axis, '1 min ago', 'now']);
    expect(drawn.text).toContain('<small>last 1 min</small>');
  });

  it('A chart never draws above its axis', () => {
    for (const most of [0.3, 1, 1.01, 4.9, 9.99, 1234]) {
      const { text } = chart(points({ p99: most, requests: 1 }, { p99: most / 3, requests: 1 }), latency);
      const [, line = ''] = text.match(/<path d="(M[^"]*)"/) ?? [];
      for (const [, y] of line.matchAll(/ (-?[\d.]+)/g)) expect(Number(y)).toBeGreaterThanOrEqual(0);
    }
  });

  it('A chart names the basis of its values', () => {
    expect(chart(points({ p99: 3 }), latency, 'the latest 38 calls').text).toContain(
      '99th percentile <small>the latest 38 calls</small>',
    );
  });

  it('A chart of failures has their colour only if there are failures', () => {
    expect(chart(points({}, {}), failing).text).toContain('<svg class="nothing"');
    expect(chart(points({ failures: 1 }), failing).text).toContain('<svg class="failures"');
  });
});

it('A line continues over intervals without calls', () => {
  const { text } = sparkline(points({ p99: 3 }, {}, {}, { p99: 4 }), latency);
  expect(text.match(/M/g)).toHaveLength(1);
  expect(text).toContain('L');
});
