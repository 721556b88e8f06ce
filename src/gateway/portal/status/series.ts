/** The series of a service that are plotted over time. */
import { milliseconds, rate } from './number-format.ts';
import type { Series } from './plot.ts';

export const traffic: Series = {
  title: 'Calls',
  of: ({ requests }) => requests,
  write: rate,
  unit: '/s',
  kind: 'traffic',
};

export const failing: Series = {
  title: 'Failures',
  of: ({ failures }) => failures,
  write: rate,
  unit: '/s',
  kind: 'failures',
};

export const latency: Series = {
  title: '99th percentile',
  of: ({ p99 }) => p99,
  write: (value) => `${milliseconds(value)} ms`,
  unit: ' ms',
  kind: 'latency',
  hasGaps: true,
};
