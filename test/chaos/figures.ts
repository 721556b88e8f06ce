/** The figures of a run. */

import { RATE, type Sample } from './load.ts';
import { MIX } from './mix.ts';
import type { Run } from './scenario.ts';

export interface Figures {
  /** Shares of requests that succeeded, from the beginning of the fault to the end of the run. */
  readonly availability: number;
  readonly cachedAvailability: number;
  readonly othersAvailability: number;
  /** The number of failed requests in that time; `all` is the number of all requests. */
  readonly failed: number;
  readonly all: number;
  /** The failures by request and status, the most frequent first: `3 × POST 502`. */
  readonly whatFailed: readonly string[];
  /** Milliseconds, of all requests that need the service. */
  readonly p99: number;
  readonly longest: number;
  /** Milliseconds, of the requests that do not need the service. */
  readonly othersP99: number;
  /** The same before the fault. */
  readonly calmP99: number;
  /** The load on the service during the fault, divided by its normal load. */
  readonly load: number;
  /** The same, in the busiest second after the fault. */
  readonly loadAfter: number;
}

const hasSucceeded = ({ status }: Sample): boolean => status >= 200 && status < 300;

const share = (samples: readonly Sample[]): number =>
  samples.length === 0 ? 1 : samples.filter(hasSucceeded).length / samples.length;

const percentile = (samples: readonly Sample[], part: number): number => {
  const sorted = samples.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
};

/** Calls a second that the mix causes at the service. An expanded response embeds a part from it. */
const NORMAL = (RATE * MIX.filter(({ needs, hasPart }) => needs || hasPart).length) / MIX.length;

const byFrequency = (failed: readonly Sample[]): string[] =>
  [...Map.groupBy(failed, ({ kind, status }) => `${kind.name} ${status || 'cut'}`)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([what, { length }]) => `${length} × ${what}`);

const isApart = ({ kind }: Sample): boolean => !kind.needs && !kind.hasPart;

const SECOND = 1000;

export function figuresOf({ samples, arrivals, from, to, end }: Run): Figures {
  const counted = samples.filter(({ at }) => at >= from && at < end);
  const needing = counted.filter(({ kind }) => kind.needs);
  const others = counted.filter(({ kind }) => !kind.needs);
  const during = arrivals.filter((at) => at >= from && at < to).length / ((to - from) / SECOND);
  const after = arrivals.filter((at) => at >= to && at < end);
  const inSecondFrom = (begin: number) => after.filter((at) => at >= begin && at < begin + SECOND).length;
  return {
    availability: share(needing),
    cachedAvailability: share(needing.filter(({ kind }) => kind.isCached)),
    othersAvailability: share(others),
    failed: counted.length - counted.filter(hasSucceeded).length,
    all: counted.length,
    whatFailed: byFrequency(counted.filter((sample) => !hasSucceeded(sample))),
    p99: percentile(needing, 0.99),
    longest: percentile(counted, 1),
    othersP99: percentile(others.filter(isApart), 0.99),
    calmP99: percentile(
      samples.filter((sample) => sample.at < from && isApart(sample)),
      0.99,
    ),
    load: during / NORMAL,
    loadAfter: Math.max(0, ...after.map(inSecondFrom)) / NORMAL,
  };
}
