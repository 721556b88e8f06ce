/**
 * `/status/services/{service}`: the state of one service, its latest failures, the next attempt, and what depends on it.
 * Responses with 503 for its operations link here.
 *
 * Reads `Accept`. Sends 200, 404, 406, 503; never cached. Addresses of the service are not shown.
 */
import type { Router } from 'express';
import { Problem } from '../../../contract/problem.ts';
import { notFound } from '../../../contract/problems.ts';
import { cache, entity, get, HTML, sendNegotiated } from '../../../http/page/entity.ts';
import { type Html, html } from '../../../http/page/html.ts';
import { layout } from '../../../http/page/layout.ts';
import type { LinkValue } from '../../../hypermedia/representation.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import type { CacheSnapshot } from '../../../outbound/http-cache/cache.ts';
import { type FailureRecord, LATENCY_SAMPLES } from '../../../outbound/instances/statistics.ts';
import type { MirrorSnapshot } from '../../../outbound/mirror.ts';
import { docsPath, SERVICES_PATH, STATUS_PATH, servicePath } from '../discovery/discovery.ts';
import { type Resource, representations } from '../discovery/representations.ts';
import { type Dependents, dependentsOf } from './dependents.ts';
import { driftTable } from './drift.ts';
import type { Point } from './history.ts';
import { instanceResource, instanceTable, isolationWarning } from './instances.ts';
import { type LiveUpdates, liveHead, livePart, monitorOf, sendLive } from './live-updates.ts';
import { milliseconds } from './number-format.ts';
import { chart } from './plot.ts';
import { failing, latency as latencies, traffic } from './series.ts';
import {
  circuitLabel,
  clock,
  DEPENDENCY_CLASSES,
  dependencyLabel,
  descriptionOf,
  type ServiceSnapshot,
  stateOf,
} from './service-state.ts';

const noStore = { 'Cache-Control': cache.never };
/** Without a referrer, a browser sends no origin, and the form would look like one of another site. */
const withForms = { ...noStore, 'Referrer-Policy': 'same-origin' };

export interface ServiceStatusOptions {
  readonly services: readonly ServiceDocument[];
  readonly snapshot: () => readonly ServiceSnapshot[];
  readonly live: LiveUpdates;
  /** Whether the page is served on the admin listener, without the other pages of the gateway. */
  readonly isOnAdminListener?: boolean;
}

export function serviceStatus(
  router: Router,
  { services, snapshot, live, isOnAdminListener = false }: ServiceStatusOptions,
): void {
  const dependents = dependentsOf(services);
  get(router, `${SERVICES_PATH}/:service`, (req, res) => {
    const name = String(req.params.service);
    const find = () => snapshot().find((one) => one.name === name);
    const service = find();
    if (!service) throw new Problem(notFound, 'No service has this name.');
    if (
      sendLive(req, res, live, () =>
        renderService(find() ?? service, live.history.of(name), isOnAdminListener),
      )
    )
      return;
    const needs = dependents.get(name) ?? NO_DEPENDENTS;
    const headers = isOnAdminListener ? withForms : noStore;
    const fresh = renderService(service, live.history.of(name), isOnAdminListener);
    const page = () => entity(HTML, servicePage(service.name, fresh, needs, isOnAdminListener), headers);
    sendNegotiated(req, res, representations(resourceOf(service, needs, isOnAdminListener), page, noStore));
  });
}

const NO_DEPENDENTS: Dependents = { operations: [], embeds: [] };

const resourceOf = (
  service: ServiceSnapshot,
  { operations, embeds }: Dependents,
  isOnAdminListener: boolean,
): Resource => ({
  name: 'Service',
  links: new Map<string, LinkValue>([
    ['self', { href: servicePath(service.name) }],
    ['up', { href: STATUS_PATH }],
    ['monitor', monitorOf(servicePath(service.name))],
    ...(isOnAdminListener ? [] : Object.entries(descriptionOf(service))),
    ...(isOnAdminListener ? [] : [['service-doc', { href: docsPath(service.name), type: HTML }] as const]),
  ]),
  state: { ...stateOf(service), recentFailures: service.recentFailures, operations, embeds },
  ...(isOnAdminListener && { items: service.instances.map((one) => instanceResource(service, one)) }),
});

const servicePage = (
  name: string,
  fresh: Html,
  { operations, embeds }: Dependents,
  isOnAdminListener: boolean,
): string =>
  layout({
    title: `${name} · Status · linkway`,
    current: servicePath(name),
    isAtGateway: !isOnAdminListener,
    head: liveHead(),
    content: html`<p class="crumb"><a href="${STATUS_PATH}">Status</a> <span aria-hidden="true">/</span> ${name}</p>
<h1>${name}</h1>
${livePart(fresh)}
<h2>What depends on it</h2>
${
  operations.length === 0
    ? html`<p>No dependents are known yet.</p>`
    : html`<ul class="plain">${operations.map(
        ({ method, path, title }) => html`<li><code>${method} ${path}</code> ${title}</li>`,
      )}</ul>`
}
${
  embeds.length > 0 &&
  html`<p>Without it, <code>expand</code> cannot embed these resources:</p>
<ul class="plain">${embeds.map(
    ({ service: other, from, rel }) => html`<li><code>${rel}</code> of ${from} (${other})</li>`,
  )}</ul>`
}
${!isOnAdminListener && html`<p><a href="${docsPath(name)}">Its operations in Swagger UI</a></p>`}`,
  });

/** The part of the page that is updated live. */
const renderService = (
  service: ServiceSnapshot,
  points: readonly Point[],
  isOnAdminListener: boolean,
): Html => {
  const isolated = isolationWarning(service);
  return html`<p class="lead" role="status"><span class="state ${service.breaker}">${circuitLabel(service)}</span>${
    service.retryAt !== undefined &&
    html`; the next attempt is at <time datetime="${service.retryAt}">${clock(service.retryAt)}</time>`
  }</p>
${isolated !== undefined && html`<p class="note">${isolated}</p>`}
${circuitsOf(service)}
<div class="charts">${chart(points, traffic)}${chart(points, failing)}${chart(points, latencies, sampled(service))}</div>
${figures(service)}
${instanceTable(service, isOnAdminListener)}
${callsOf(service)}
<h2>Latest failures</h2>
${failures(service)}
${driftTable([service])}`;
};

/** Operations with a separate circuit breaker or a circuit that is not closed, one line per state. */
const circuitsOf = ({ circuits = [] }: ServiceSnapshot): Html | false =>
  circuits.length > 0 &&
  html`<ul class="plain">${[...Map.groupBy(circuits, circuitLabel)].map(
    ([word, operations]) =>
      html`<li>${operations.map(({ operationId }, index) => html`${index > 0 && ', '}<code>${operationId}</code>`)}: <span class="state ${operations[0]?.breaker}">${word}</span></li>`,
  )}</ul>`;

const callsOf = ({ dependencies = [] }: ServiceSnapshot): Html | false =>
  dependencies.length > 0 &&
  html`<h2>Services that it calls</h2>
<p>Its health check reports these.</p>
<ul class="plain">${dependencies.map(
    (one) =>
      html`<li><a href="${servicePath(one.name)}">${one.name}</a>: <span class="state ${DEPENDENCY_CLASSES[one.status]}">${dependencyLabel(one)}</span></li>`,
  )}</ul>`;

const figures = ({
  requests,
  failures: failed,
  retries,
  retriesRefused,
  inFlight,
  queued,
  droppedLinks,
  latency,
  webSockets,
  cache,
  mirror,
}: ServiceSnapshot): Html =>
  html`<dl class="figures">${(
    [
      ['Requests', requests],
      ['Failures', failed],
      ['Retries', retries],
      ['Retries rejected by the retry budget', retriesRefused],
      ['In flight', inFlight],
      ['Waiting', queued],
      ['Links omitted', droppedLinks],
      ['Median', duration(latency?.p50)],
      ['99th percentile', duration(latency?.p99)],
      ...(webSockets ? [['Open WebSocket connections', webSockets.open] as const] : []),
      ...(cache ? cacheFigures(cache) : []),
      ...(mirror ? mirrorFigures(mirror) : []),
    ] as const
  ).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<p class="said">Counted since this gateway started; the median and the percentile cover ${sampled({ requests })}.</p>`;

const duration = (value: number | undefined): string =>
  value === undefined ? '–' : `${milliseconds(value)} ms`;

/** The calls that the percentiles cover. */
const sampled = ({ requests }: Pick<ServiceSnapshot, 'requests'>): string =>
  requests === 0
    ? 'no calls yet'
    : `the latest ${Math.min(requests, LATENCY_SAMPLES)} call${requests === 1 ? '' : 's'}`;

const mirrorFigures = ({ requests, failures: failed, skipped }: MirrorSnapshot) =>
  [
    ['Copies sent to the mirror', requests],
    ['Copies that failed', failed],
    ['Calls not copied', skipped],
  ] as const;

const cacheFigures = ({ hits, misses, stale, revalidated, shared, entries, bytes }: CacheSnapshot) =>
  [
    ['Served from the cache', hits],
    ['Not in the cache', misses],
    ['Revalidated with the service', revalidated],
    ['Served stale', stale],
    ['Shared with requests in flight', shared],
    ...(entries === undefined ? [] : [['Cached responses', entries] as const]),
    ...(bytes === undefined ? [] : [['Cached bytes', bytes] as const]),
  ] as const;

const failures = ({ recentFailures }: ServiceSnapshot): Html =>
  recentFailures.length === 0
    ? html`<p>There were no failures since this gateway started.</p>`
    : html`<ul class="plain">${groupRepeated(recentFailures).map(
        ({ at, reason, operationId = 'a call', count }) =>
          html`<li><time datetime="${at}">${clock(at)}</time> <code>${operationId}</code>: ${reason}${count > 1 && html` <small>× ${count}</small>`}</li>`,
      )}</ul>`;

type Grouped = FailureRecord & { readonly count: number };

/** Groups repeated failures into one line with the latest time. */
function groupRepeated(failed: readonly FailureRecord[]): readonly Grouped[] {
  const lines: Grouped[] = [];
  for (const one of failed) {
    const last = lines.at(-1);
    if (last?.reason === one.reason && last.operationId === one.operationId)
      lines[lines.length - 1] = { ...last, count: last.count + 1 };
    else lines.push({ ...one, count: 1 });
  }
  return lines;
}
