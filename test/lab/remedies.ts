/** What can be done about the law that the availability of the whole is the product of its parts. */
import { AVAILABILITY, type Weakness } from './service.ts';

export interface Remedy {
  readonly name: string;
  readonly instances: 1 | 2;
  readonly policy: object;
  /** What `gateway.yaml` says of each service beside that. */
  readonly service?: object;
  /** Whether an answer without its parts is taken for well. */
  readonly takesPart?: boolean;
  /** What is to be expected of a request that needs three services. */
  readonly formula: (weakness: Weakness) => { readonly text: string; readonly value: number };
}

const SERVICES = 3;
const P = AVAILABILITY;
const REPETITIONS = 2;

const none = {
  retry: 'off',
  // A circuit spares the service and the caller's time, but makes nothing available: it would only hide the rest.
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
    name: 'kept answers (stale-if-error)',
    instances: 1,
    policy: none,
    service: { cache: 'on' },
    formula: () => certain,
  },
  {
    name: 'the order without its parts',
    instances: 1,
    policy: none,
    takesPart: true,
    formula: () => ({ text: 'p', value: P }),
  },
  {
    name: 'everything',
    instances: 2,
    policy: repeating,
    service: { cache: 'on' },
    takesPart: true,
    formula: () => certain,
  },
];
