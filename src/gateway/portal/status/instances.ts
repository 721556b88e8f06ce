/**
 * The instances of a service, as a table and as resources. On the admin listener, each instance can be isolated, so that
 * it gets no calls, and reset. Addresses are not shown.
 */
import type { Html } from '../../../http/page/html.ts';
import { html } from '../../../http/page/html.ts';
import type { Action, LinkValue, Representation } from '../../../hypermedia/representation.ts';
import type { InstanceSnapshot } from '../../../outbound/target-snapshot.ts';
import { breakerForMostClients } from '../../../outbound/target-snapshot.ts';
import { servicePath } from '../discovery/discovery.ts';
import { milliseconds } from './number-format.ts';
import type { ServiceSnapshot } from './service-state.ts';
import { clock, instanceStateOf, ONE_CLIENT_ONLY } from './service-state.ts';

export const INSTANCES = 'instances';

export const instancePath = (service: string, id: string): string =>
  `${servicePath(service)}/${INSTANCES}/${encodeURIComponent(id)}`;

export const INSTANCE_ACTIONS = {
  isolate: 'Isolate: the gateway does not call it until it is reset',
  reset: 'Reset: the gateway calls it again',
} as const;

export type InstanceAction = keyof typeof INSTANCE_ACTIONS;

/** Undefined while any instance accepts calls, or no instance is isolated. */
export const isolationWarning = ({ name, instances, ...seen }: ServiceSnapshot): string | undefined =>
  breakerForMostClients(seen) === 'closed' || !instances.some(({ state }) => state === 'isolated')
    ? undefined
    : `No instance of ${name} accepts calls: reset an isolated instance.`;

const actionsOf = ({ state }: InstanceSnapshot): InstanceAction[] =>
  state === 'isolated' ? ['reset'] : ['isolate', 'reset'];

export function instanceResource(service: ServiceSnapshot, instance: InstanceSnapshot): Representation {
  const self = instancePath(service.name, instance.id);
  const links: [string, LinkValue][] = [
    ['self', { href: self }],
    ['up', { href: servicePath(service.name) }],
  ];
  const warning = isolationWarning(service);
  const actions = actionsOf(instance).map((rel): Action => {
    const title = INSTANCE_ACTIONS[rel];
    return { rel, operation: { title, method: 'POST', properties: [] }, target: `${self}/${rel}` };
  });
  return {
    name: 'Instance',
    links: new Map([
      ...links,
      ...actions.map(({ rel, target }): [string, LinkValue] => [rel, { href: target }]),
    ]),
    state: { ...instanceStateOf(instance), ...(warning !== undefined && { warning }) },
    actions,
  };
}

/**
 * Buttons return to the region by its id, because it can have the focus.
 * @param canAct whether the user may isolate and reset instances
 */
export const instanceTable = (service: ServiceSnapshot, canAct: boolean): Html =>
  html`<h2>Instances</h2>
<div class="table" id="${INSTANCES}" role="region" aria-labelledby="instances-caption" tabindex="0"><table>
<caption id="instances-caption">Counted since the gateway found the instance; times are milliseconds until the response headers arrive</caption>
<thead><tr><th scope="col">Instance</th><th scope="col">State</th><th scope="col">In flight</th><th scope="col">Attempts</th><th scope="col">Failures</th>
<th scope="col">Median</th><th scope="col">99th percentile</th>${canAct && html`<th scope="col">Actions</th>`}</tr></thead>
<tbody>${service.instances.map((one) => row(service.name, one, canAct))}</tbody>
</table></div>`;

const row = (service: string, instance: InstanceSnapshot, canAct: boolean): Html => {
  const { id, state, isForOneClient, ejectedUntil, isolatedSince, weight } = instance;
  const { inFlight, requests, failures, lastFailure, latency } = instance;
  const at = ejectedUntil ?? isolatedSince;
  return html`<tr>
<th scope="row">${id}</th>
<td data-label="State"><div><span class="state ${STATE_CLASSES[state]}">${STATE_LABELS[state]}</span>${
    at !== undefined && html` <time datetime="${at}">${clock(at)}</time>`
  }${isForOneClient && ONE_CLIENT_ONLY}${weight !== undefined && html`<br><small>weight ${weight}</small>`}${
    lastFailure &&
    html`<br><small>last: ${lastFailure.reason}, <time datetime="${lastFailure.at}">${clock(lastFailure.at)}</time></small>`
  }</div></td>
<td data-label="In flight">${inFlight}</td>
<td data-label="Attempts">${requests}</td>
<td data-label="Failures">${failures}</td>
<td data-label="Median">${milliseconds(latency?.p50)}</td>
<td data-label="99th percentile">${milliseconds(latency?.p99)}</td>
${canAct && html`<td data-label="Actions"><div>${actionsOf(instance).map((rel) => button(service, id, rel))}</div></td>`}
</tr>`;
};

const button = (service: string, id: string, rel: InstanceAction): Html =>
  html`<form class="inline" method="post" action="${instancePath(service, id)}/${rel}"><button title="${INSTANCE_ACTIONS[rel]}" aria-label="${LABELS[rel]} instance ${id}">${LABELS[rel]}</button></form> `;

const LABELS = { isolate: 'Isolate', reset: 'Reset' } as const;

const STATE_LABELS = {
  working: 'working',
  unhealthy: 'unhealthy according to its health check',
  trial: 'being tried again',
  ejected: 'ejected after failures, until',
  isolated: 'isolated since',
} as const;

/** CSS classes, shared with the states of circuits. */
const STATE_CLASSES = {
  working: 'closed',
  unhealthy: 'half-open',
  trial: 'half-open',
  ejected: 'open',
  isolated: 'open',
} as const;
