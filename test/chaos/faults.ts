/** The faults that can be injected between a gateway and a service. */
import type { FaultProxy, Outcome } from './fault-proxy.ts';

export interface Fault {
  readonly name: string;
  readonly what: string;
  /** The number of instances of the service. The first of them has the fault. */
  readonly instances: 1 | 3;
  begin(proxy: FaultProxy): void;
}

const FLAP = 300;
const BURST = 4;

/** Returns the outcomes in turn, the same in every run. */
const inTurn = (outcomes: readonly Outcome[]): (() => Outcome) => {
  let next = 0;
  return () => outcomes[next++ % outcomes.length] as Outcome;
};

const createFault = (
  name: string,
  what: string,
  outcomes: readonly Outcome[],
  instances: 1 | 3 = 1,
): Fault => ({
  name,
  what,
  instances,
  begin(proxy) {
    proxy.outcome = inTurn(outcomes);
  },
});

/** Ends any fault. */
export const heal = (proxy: FaultProxy): void => {
  proxy.outcome = undefined;
  proxy.accept();
};

export const FAULTS: readonly Fault[] = [
  {
    name: 'refused',
    what: 'no process listens',
    instances: 1,
    begin: (proxy) => proxy.refuse(),
  },
  createFault('reset', 'every connection is reset when a request comes', ['reset']),
  createFault('slow', 'responses take from 50 to 800 ms', [
    { delay: 50 },
    { delay: 400 },
    { delay: 800 },
    { delay: 200 },
  ]),
  createFault('hanging', 'no response ever comes', ['hang']),
  createFault('half', 'every response is cut off in the middle of its body', ['half']),
  createFault('garbage', 'the response is not HTTP', ['garbage']),
  createFault('5xx', 'bursts of 503: four of five responses', [
    ...Array<Outcome>(BURST).fill({ status: 503 }),
    'pass',
  ]),
  {
    name: 'flapping',
    what: `works for ${FLAP} ms, then resets for ${FLAP} ms`,
    instances: 1,
    begin(proxy) {
      const since = performance.now();
      proxy.outcome = () => (Math.floor((performance.now() - since) / FLAP) % 2 === 0 ? 'reset' : 'pass');
    },
  },
  {
    name: 'one-refuses',
    what: 'one of three instances refuses connections',
    instances: 3,
    begin: (proxy) => proxy.refuse(),
  },
  createFault(
    'one-bad',
    'one of three instances resets, hangs, responds with 500 and cuts off its response in turn',
    ['reset', 'hang', { status: 500 }, 'half'],
    3,
  ),
];
