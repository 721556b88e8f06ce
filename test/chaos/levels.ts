/** The policies that protect the gateway against faults, from none to all. */
export interface Level {
  readonly name: string;
  /** The value of `policy` in `gateway.yaml`. */
  readonly policy: object;
  /** Other settings of the service in `gateway.yaml`. */
  readonly service?: object;
}

/** Milliseconds. */
export const DEADLINE = 1000;

const NEVER = '1h';
const none = {
  deadline: NEVER,
  attemptTimeout: NEVER,
  connectTimeout: NEVER,
  idleTimeout: NEVER,
  retry: 'off',
  bulkhead: { concurrent: 10_000, queued: 0 },
  breaker: { kind: 'consecutive', failures: 1_000_000 },
};
const timeouts = {
  ...none,
  deadline: DEADLINE,
  attemptTimeout: 250,
  connectTimeout: 250,
  idleTimeout: DEADLINE,
};
const retries = { ...timeouts, retry: { attempts: 2, delay: 20 } };
const breakers = {
  ...retries,
  bulkhead: { concurrent: 64, queued: 64 },
  breaker: { kind: 'sampling', threshold: 0.5, minimumCalls: 5, window: '2s', halfOpenAfter: 500 },
};

export const LEVELS: readonly Level[] = [
  { name: 'no policy', policy: none },
  { name: 'timeouts', policy: timeouts },
  { name: '+ retries', policy: retries },
  { name: '+ breakers', policy: breakers },
  {
    name: 'everything',
    policy: breakers,
    service: { cache: 'on', health: { path: '/stock/0', every: '500ms', timeout: '250ms' } },
  },
];
