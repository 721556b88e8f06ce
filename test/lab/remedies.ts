/** Remedies for the product of availabilities: a request that needs several services is available less often than each. */
import { AVAILABILITY, type Weakness } from './service.ts';

export interface Remedy {
  readonly name: string;
  readonly instances: 1 | 2;
  readonly policy: object;
  /** Other settings of each service in `gateway.yaml`. */
  readonly service?: object;
  /** Whether a response without its expanded parts counts as a success. */
  readonly acceptsPartial?: boolean;
  /** The expected availability of a request that needs three services. */
  readonly formula: (weakness: Weakness) => { readonly text: string; readonly value: number };
}

const SERVICES = 3;
const P = AVAILABILITY;
const REPETITIONS = 2;

const none = {
  retry: 'off',
  // A circuit breaker never opens here: it makes nothing available, and would only hide the effect of the remedies.
  breaker: { kind: 'consecutive', failures: 1_000_000 },
};
const repeating = { ...none, retry: { attempts: REPETITIONS, delay: 1 } };

const product = { text: 'p³', value: P ** SERVICES };
const certain = { text: '1', value: 1 };
const powerOf = (tries: number) => ({
  text: `(1 − (1 − p)^${tries})³`,
  value: (1 - (1 - P) ** tries) ** SERVICES,
});

export const REMEDIES: readonly Remedy[] = [
  { name: 'nothing', instances: 1, policy: none, formula: () => product },
  {
    name: `${REPETITIONS} retries`,
    instances: 1,
    policy: repeating,
    formula: (weakness) => (weakness === 'blips' ? powerOf(1 + REPETITIONS) : product),
  },
  {
    name: 'two instances, 1 retry',
    instances: 2,
    policy: { ...repeating, retry: { attempts: 1, delay: 1 } },
    formula: () => powerOf(2),
  },
  {
    name: 'stored responses (stale-if-error)',
    instances: 1,
    policy: none,
    service: { cache: 'on' },
    formula: () => certain,
  },
  {
    name: 'the order without its parts',
    instances: 1,
    policy: none,
    acceptsPartial: true,
    formula: () => ({ text: 'p', value: P }),
  },
  {
    name: 'everything',
    instances: 2,
    policy: repeating,
    service: { cache: 'on' },
    acceptsPartial: true,
    formula: () => certain,
  },
];
