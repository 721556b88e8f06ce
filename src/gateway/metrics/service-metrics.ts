/** The metrics of the services, from their state. Documents and configuration bound the labels. */
import {
  breakerForMostClients,
  INSTANCE_STATES,
  instanceStateForMostClients,
} from '../../outbound/target-snapshot.ts';
import type { ServiceSnapshot } from '../portal/status/service-state.ts';
import type { Metric, Sample } from './metric.ts';

/** Cache outcomes, by the names of their counters. */
const OUTCOMES = ['hits', 'misses', 'stale', 'revalidated', 'shared'] as const;
/** Reasons of refusals, by the names of their counters. */
const REFUSALS = ['unauthenticated', 'forbidden', 'unverifiable'] as const;
const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;

/** A value with the labels that it has besides those of the row. */
type Value = readonly [labels: Readonly<Record<string, string>>, value: number | undefined];

type Row = readonly [
  kind: Metric['kind'],
  name: string,
  labels: readonly string[],
  help: string,
  of: (service: ServiceSnapshot) => Iterable<Value>,
];

const one = (value: number | undefined): Value[] => [[{}, value]];

const ROWS: readonly Row[] = [
  ['counter', 'upstream_calls_total', [], 'Calls to a service.', ({ requests }) => one(requests)],
  [
    'counter',
    'upstream_failures_total',
    [],
    'Attempts without a response, with an incomplete response or with a 5xx status.',
    ({ failures }) => one(failures),
  ],
  ['counter', 'upstream_retries_total', [], 'Attempts after the first.', ({ retries }) => one(retries)],
  [
    'counter',
    'dropped_links_total',
    [],
    'Links omitted from responses because no route serves them.',
    ({ droppedLinks }) => one(droppedLinks),
  ],
  [
    'gauge',
    'upstream_in_flight',
    [],
    'Attempts that wait for a response or for its end.',
    ({ inFlight }) => one(inFlight),
  ],
  ['gauge', 'upstream_queued', [], 'Calls that wait in the queue.', ({ queued }) => one(queued)],
  [
    'counter',
    'responses_checked_total',
    ['operation'],
    'Responses checked against the contract.',
    ({ drift }) => (drift?.operations ?? []).map((all) => [{ operation: all.operationId }, all.checked]),
  ],
  [
    'counter',
    'responses_drifted_total',
    ['operation'],
    'Responses that did not match the contract.',
    ({ drift }) => (drift?.operations ?? []).map((all) => [{ operation: all.operationId }, all.drifted]),
  ],
  [
    'counter',
    'responses_unverified_total',
    ['operation'],
    'Responses that could not be checked.',
    ({ drift }) => (drift?.operations ?? []).map((all) => [{ operation: all.operationId }, all.unverified]),
  ],
  [
    'counter',
    'refusals_total',
    ['operation', 'reason'],
    'Requests that were refused for their credentials, or would be with `enforce: on`.',
    ({ refusals = [] }) =>
      refusals.flatMap(({ operationId: operation, ...counts }) =>
        REFUSALS.map((reason): Value => [{ operation, reason }, counts[reason]]),
      ),
  ],
  [
    'counter',
    'cache_requests_total',
    ['outcome'],
    'Requests that a cache may serve, by outcome.',
    ({ cache }) => (cache ? OUTCOMES.map((outcome) => [{ outcome }, cache[outcome]]) : []),
  ],
  ['gauge', 'cache_entries', [], 'Cached responses.', ({ cache }) => one(cache?.entries)],
  ['gauge', 'cache_bytes', [], 'Memory that cached responses use.', ({ cache }) => one(cache?.bytes)],
  ['gauge', 'web_sockets', [], 'Open WebSocket connections.', ({ webSockets }) => one(webSockets?.open)],
  [
    'counter',
    'web_sockets_total',
    [],
    'WebSocket connections that were opened.',
    ({ webSockets }) => one(webSockets?.opened),
  ],
  [
    'counter',
    'web_socket_bytes_total',
    ['direction'],
    'Bytes of WebSocket connections, from clients (received) and to clients (sent).',
    ({ webSockets }) => [
      [{ direction: 'received' }, webSockets?.received],
      [{ direction: 'sent' }, webSockets?.sent],
    ],
  ],
  [
    'gauge',
    'breaker_state',
    ['state'],
    '1 for the current state of the circuit breaker of a service; circuits that are open for one client only are ignored.',
    (service) => BREAKER_STATES.map((state) => [{ state }, Number(state === breakerForMostClients(service))]),
  ],
  [
    'gauge',
    'open_circuits',
    ['clients'],
    'Operations of a service whose circuit is not closed, for all clients or for one client.',
    ({ circuits = [] }) => {
      const open = circuits.filter(({ breaker }) => breaker !== 'closed');
      const forOne = open.filter(({ isForOneClient }) => isForOneClient).length;
      return [
        [{ clients: 'all' }, open.length - forOne],
        [{ clients: 'one' }, forOne],
      ];
    },
  ],
  [
    'counter',
    'mirror_calls_total',
    [],
    'Copies of calls to a service.',
    ({ mirror }) => one(mirror?.requests),
  ],
  [
    'counter',
    'mirror_failures_total',
    [],
    'Copies without a response or with a 5xx status.',
    ({ mirror }) => one(mirror?.failures),
  ],
  [
    'counter',
    'mirror_skipped_total',
    [],
    'Calls that were not copied, because of their body or too many copies.',
    ({ mirror }) => one(mirror?.skipped),
  ],
  [
    'counter',
    'upstream_instance_calls_total',
    ['instance'],
    'Attempts at an instance.',
    ({ instances }) => instances.map(({ id: instance, requests }) => [{ instance }, requests]),
  ],
  [
    'counter',
    'upstream_instance_failures_total',
    ['instance'],
    'Attempts at an instance without a response, with an incomplete response or with a 5xx status.',
    ({ instances }) => instances.map(({ id: instance, failures }) => [{ instance }, failures]),
  ],
  [
    'gauge',
    'upstream_instance_state',
    ['instance', 'state'],
    '1 for the current state of an instance; states that apply to one client only are ignored.',
    ({ instances }) =>
      instances.flatMap((all) =>
        INSTANCE_STATES.map(
          (state): Value => [{ instance: all.id, state }, Number(state === instanceStateForMostClients(all))],
        ),
      ),
  ],
];

/** Values that a service does not have are left out. */
export const serviceMetrics = (services: () => readonly ServiceSnapshot[]): Metric[] =>
  ROWS.map(([kind, name, labels, help, of]) => ({
    kind,
    name,
    help,
    labels: ['service', ...labels],
    *samples(): Iterable<Sample> {
      for (const service of services())
        for (const [own, value] of of(service))
          if (value !== undefined) yield [{ service: service.name, ...own }, value];
    },
  }));
