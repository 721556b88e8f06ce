/** The HTML page of `/status`: an overview of the calls between services, then details. */
import type { RejectedConfig } from '../../../config/rejected-config.ts';
import type { Html } from '../../../http/page/html.ts';
import { html } from '../../../http/page/html.ts';
import { layout } from '../../../http/page/layout.ts';
import type { TlsStatus } from '../../../http/server/tls/server-certificate.ts';
import { LATENCY_SAMPLES } from '../../../outbound/instances/statistics.ts';
import { breakerForMostClients, instanceStateForMostClients } from '../../../outbound/target-snapshot.ts';
import type { RateLimitsSnapshot } from '../../rate-limits/rate-limiter.ts';
import { STATUS_PATH, servicePath } from '../discovery/discovery.ts';
import { driftTable } from './drift.ts';
import type { History, Point } from './history.ts';
import { liveHead, livePart } from './live-updates.ts';
import { percent } from './number-format.ts';
import { type LinkDependency, picture } from './picture.ts';
import { type Series, sparkline } from './plot.ts';
import { rateLimitTable } from './rate-limits.ts';
import { securityParts } from './security.ts';
import { failing, latency, traffic } from './series.ts';
import { circuitLabel, clock, dependencyLabel, type ServiceSnapshot } from './service-state.ts';
import { tlsSection } from './tls-section.ts';

export interface StatusView {
  readonly services: readonly ServiceSnapshot[];
  readonly linkDependencies: readonly LinkDependency[];
  readonly history: History;
  /** Why the newest configuration is not in use. */
  readonly refused: RejectedConfig | undefined;
  /** Undefined if no rate limits are configured. */
  readonly rateLimits?: RateLimitsSnapshot | undefined;
  /** Undefined where the gateway serves plain HTTP. */
  readonly tls?: TlsStatus | undefined;
  /** The names of the security schemes with faults, such as a broken file. */
  readonly faultySchemes: readonly string[];
  readonly isOnAdminListener: boolean;
}

export const statusPage = (view: StatusView): string =>
  layout({
    title: 'Status · linkway',
    current: STATUS_PATH,
    isAtGateway: !view.isOnAdminListener,
    head: liveHead(),
    content: html`<h1>Status</h1>
${livePart(renderStatus(view))}`,
  });

/** The part of the page that is updated live. */
export const renderStatus = ({
  services,
  linkDependencies,
  history,
  refused,
  rateLimits,
  tls,
  faultySchemes,
}: StatusView): Html =>
  html`<p class="lead" role="status">${summary(services)}</p>
${picture({ services, linkDependencies, now: (name) => history.of(name).at(-1) })}
${services.length > 0 && legend(services, linkDependencies)}
${services.length > 0 && table(services, history)}
${refusalList(services, refused)}
${tls && tlsSection(tls)}
${faultList(services)}
${securityParts(services, faultySchemes)}
${rateLimits && rateLimitTable(rateLimits)}
${driftTable(services)}`;

const legend = (services: readonly ServiceSnapshot[], linkDependencies: readonly LinkDependency[]): Html =>
  html`<ul class="legend"><li class="state closed">working</li><li class="state half-open">being tried again</li><li class="state open">paused after failures</li>
<li class="line">line width = call rate</li>${
    services.some(({ dependencies = [] }) => dependencies.length > 0) &&
    html`<li class="line thin">service-to-service calls</li>`
  }${linkDependencies.length > 0 && html`<li class="line dashed">links to the service</li>`}</ul>`;

const table = (services: readonly ServiceSnapshot[], history: History): Html =>
  html`<div class="table services" role="region" aria-labelledby="table" tabindex="0"><table>
<caption id="table">Lines show up to the last five minutes. Small numbers are counted since this gateway started; times cover up to ${LATENCY_SAMPLES} latest calls</caption>
<thead><tr><th scope="col">Service</th><th scope="col">State</th><th scope="col">Calls</th><th scope="col">Failures</th>
<th scope="col">99th percentile</th><th scope="col">In flight</th><th scope="col">Retries</th>${hasDrift(services) && html`<th scope="col">Drifted</th>`}</tr></thead>
<tbody>${services.map((service) => row(service, history, hasDrift(services)))}</tbody>
</table></div>`;

const hasDrift = (services: readonly ServiceSnapshot[]): boolean => services.some(({ drift }) => drift);

const summary = (services: readonly ServiceSnapshot[]): string => {
  const failing = services.filter((one) => breakerForMostClients(one) !== 'closed').map(({ name }) => name);
  if (failing.length > 0)
    return `Services with problems: ${failing.join(', ')}.${describeImpact(services, failing)}`;
  if (services.length > 0) return 'All services are working.';
  return 'There are no services yet. Add one to gateway.yaml to see it here.';
};

/** Names the services that are affected by failing ones: those that call them and report problems. */
function describeImpact(services: readonly ServiceSnapshot[], failing: readonly string[]): string {
  const others = services.filter((one) => breakerForMostClients(one) === 'closed');
  const affected = failing
    .map((name) => ({
      name,
      callers: others.filter((one) => isAffectedBy(one, name)).map((one) => one.name),
    }))
    .filter(({ callers }) => callers.length > 0);
  const parts = affected.map(
    ({ name, callers }) =>
      `${LIST.format(callers)} ${callers.length === 1 ? 'calls' : 'call'} ${failing.length === 1 ? 'it' : name}`,
  );
  if (parts.length === 0) return ' The others are not affected.';
  const isAnyLeft = others.some((one) => !affected.some(({ callers }) => callers.includes(one.name)));
  return ` ${[...parts, ...(isAnyLeft ? ['the others are not affected'] : [])].join('; ')}.`;
}

const isAffectedBy = ({ dependencies = [] }: ServiceSnapshot, failing: string): boolean =>
  dependencies.some(({ name, status }) => name === failing && status !== 'pass');

const LIST = new Intl.ListFormat('en-GB');

/** Maximum operations to name per state. More are counted; the page of the service names them. */
const MAX_NAMED = 3;

const row = (service: ServiceSnapshot, history: History, hasDrift: boolean): Html => {
  const {
    name,
    breaker,
    requests,
    failures,
    retries,
    retriesRefused,
    inFlight,
    queued,
    circuits = [],
    dependencies = [],
    webSockets,
  } = service;
  const { lastFailure, droppedLinks, latency: times, instances } = service;
  const points = history.of(name);
  return html`<tr id="service-${name}">
<th scope="row"><a href="${servicePath(name)}">${name}</a>${dependencies.map(
    (one) => html`<br><small>calls ${one.name}: ${dependencyLabel(one)}</small>`,
  )}</th>
<td data-label="State"><div><span class="state ${breaker}">${circuitLabel(service)}</span>${
    lastFailure &&
    html`<br><small>last: ${lastFailure.reason}, <time datetime="${lastFailure.at}">${clock(lastFailure.at)}</time></small>`
  }${[...Map.groupBy(circuits, circuitLabel)].map(
    ([word, all]) =>
      html`<br><small>${all.length > MAX_NAMED ? `${all.length} operations` : all.map(({ operationId }) => operationId).join(', ')}: ${word}</small>`,
  )}${
    instances.length > 1 &&
    html`<br><small>${instances.filter((one) => instanceStateForMostClients(one) === 'working').length} of ${instances.length} instances working</small>`
  }${droppedLinks > 0 && html`<br><small>${droppedLinks} links omitted</small>`}</div></td>
<td data-label="Calls">${plotted(points, traffic, requests)}</td>
<td data-label="Failures">${plotted(points, failing, failures)}</td>
<td data-label="99th percentile">${plotted(points, latency, times && html`median ${latency.write(times.p50)}<br>n = ${Math.min(requests, LATENCY_SAMPLES)}`)}</td>
<td data-label="In flight"><div>${inFlight}${queued > 0 && ` (+${queued} waiting)`}${
    webSockets !== undefined && html`<br><small>of these WebSocket: ${webSockets.open}</small>`
  }</div></td>
<td data-label="Retries"><div>${retries}${retriesRefused > 0 && html`<br><small>${retriesRefused} over the budget</small>`}</div></td>
${hasDrift && html`<td data-label="Drifted">${drifted(service)}</td>`}
</tr>`;
};

/** A sparkline with the current value and additional text. */
const plotted = (points: readonly Point[], series: Series, more: Html | number | undefined): Html => {
  const last = points.map(series.of).findLast((value) => value !== undefined);
  return html`<div class="plotted">${sparkline(points, series)} <span>${last === undefined ? '–' : series.write(last)}</span> <small>${more}</small></div>`;
};

const drifted = ({ drift }: ServiceSnapshot): Html | string => {
  if (!drift) return '–';
  const sum = (of: 'checked' | 'drifted') => drift.operations.reduce((all, one) => all + one[of], 0);
  const [checked, different] = [sum('checked'), sum('drifted')];
  return html`<a href="#drift">${different === 0 ? 'none' : html`${different} (${percent(different / checked)})`}</a>`;
};

const refusalList = (services: readonly ServiceSnapshot[], all: RejectedConfig | undefined): Html | false => {
  const refused = services.flatMap((service) =>
    service.refused
      ? [{ name: service.name, hasContract: service.hasContract, refusal: service.refused }]
      : [],
  );
  if (all === undefined && refused.length === 0) return false;
  return html`<h2>Rejected changes</h2>
<ul>${all && html`<li>The previous configuration stays in use: ${reasonOf(all)}</li>`}${refused.map(
    ({ name, hasContract, refusal }) =>
      html`<li>${name}: ${
        hasContract
          ? 'the last good document stays in use'
          : 'there is no document yet; its paths respond with 503'
      }: ${reasonOf(refusal)}</li>`,
  )}</ul>`;
};

const reasonOf = ({ since, reason }: RejectedConfig): Html =>
  html`<code>${reason}</code> <small>since <time datetime="${since}">${clock(since)}</time></small>`;

const faultList = (services: readonly ServiceSnapshot[]): Html | false =>
  services.some(({ faults }) => faults.length > 0) &&
  html`<h2>Errors in the documents</h2>
<p>The gateway serves the rest of each document.</p>
<ul>${services.flatMap(({ name, faults }) =>
    faults.map(({ pointer, reason }) => html`<li>${name}: <code>${pointer}</code> ${reason}</li>`),
  )}</ul>`;
