/** What the gateway promises for every fault when all policies are on. */
import type { Fault } from './faults.ts';
import type { Figures } from './figures.ts';
import { DEADLINE } from './levels.ts';

const LATE = 100;
const MOST_LOAD = 1.2;
const MOST_FAILED = 0.001;

type PromiseResult = readonly [promise: string, figure: string, isMet: boolean];

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const ms = (time: number): string => `${Math.round(time)} ms`;

export const promisesOf = ({ instances }: Fault, figures: Figures): PromiseResult[] => [
  [
    `no request waits longer than its deadline plus ${LATE} ms`,
    ms(figures.longest),
    figures.longest <= DEADLINE + LATE,
  ],
  [
    `the service gets at most ${MOST_LOAD} times its normal load while it recovers`,
    `${figures.loadAfter.toFixed(2)} ×`,
    figures.loadAfter <= MOST_LOAD,
  ],
  [
    'requests that do not need it are unaffected',
    `${percent(figures.othersAvailability)}, p99 ${ms(figures.othersP99)}`,
    figures.othersAvailability === 1 && figures.othersP99 <= figures.calmP99 + LATE,
  ],
  [
    'GETs whose response was cached stay at 100 %',
    percent(figures.cachedAvailability),
    figures.cachedAvailability === 1,
  ],
  ...(instances > 1
    ? ([
        [
          `one bad instance of ${instances} costs clients under ${percent(MOST_FAILED)}`,
          `${figures.failed} of ${figures.all} requests`,
          figures.failed / figures.all < MOST_FAILED,
        ],
      ] as const)
    : []),
];
