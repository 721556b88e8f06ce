/**
 * `/status`: how the services are, seen from here. A page that keeps itself fresh, and HAL for programs.
 *
 * Reads `Accept`; sends 200, 406; never cached. No address of a service is in it.
 */
import type { Router } from 'express';
import type { Refusal } from '../../config/refusal.ts';
import { cache, entity, get, HTML, sendNegotiated } from '../../http/entity.ts';
import { type Html, html } from '../../http/page/html.ts';
import { layout } from '../../http/page/layout.ts';
import type { Representation } from '../../hypermedia/represent.ts';
import { pathOf } from './assets.ts';
import { STATUS_PATH, servicePath } from './discovery.ts';
import { driftTable } from './drift.ts';
import { representations } from './representations.ts';
import { clock, descriptionOf, milliseconds, type ServiceSnapshot, stateOf, WORDS } from './service-state.ts';

const noStore = { 'Cache-Control': cache.never };

interface Status {
  readonly services: readonly ServiceSnapshot[];
  /** Why the configuration is not the newest. */
  readonly refused: Refusal | undefined;
  readonly isApart: boolean;
}

export interface StatusOptions {
  readonly snapshot: () => readonly ServiceSnapshot[];
  readonly refused: () => Refusal | undefined;
  /** Whether the other pages of the gateway are elsewhere. */
  readonly isApart?: boolean;
}

export function status(router: Router, { snapshot, refused, isApart = false }: StatusOptions): void {
  const now = (): Status => ({ services: snapshot(), refused: refused(), isApart });
  const page = () => entity(HTML, statusPage(now()), noStore);
  get(router, STATUS_PATH, (req, res) =>
    sendNegotiated(req, res, representations(statusOf(now()), page, noStore)),
  );
}

const statusOf = ({ services, refused: all, isApart }: Status): Omit<Representation, 'actions'> => ({
  name: 'Status',
  links: new Map([['self', { href: STATUS_PATH }], ...(isApart ? [] : [['home', { href: '/' }] as const])]),
  state: {
    ...(all && { refused: all }),
    services: services.map((service) => ({
      _links: { self: { href: servicePath(service.name) }, ...(!isApart && descriptionOf(service)) },
      ...stateOf(service),
    })),
  },
});

const statusPage = ({ services, refused, isApart }: Status): string =>
  layout({
    title: 'Status · linkway',
    current: STATUS_PATH,
    isAtGateway: !isApart,
    head: html`<script src="${pathOf('status.js')}" defer></script>
<noscript><meta http-equiv="refresh" content="10"></noscript>
`,
    content: html`<h1>Status</h1>
<p class="lead">${summary(services)}</p>
<div class="table" role="region" aria-labelledby="table" tabindex="0"><table>
<caption id="table">Counted since this gateway started; times in milliseconds to the head of the answer</caption>
<thead><tr><th scope="col">Service</th><th scope="col">State</th><th scope="col">Requests</th><th scope="col">Failures</th><th scope="col">Retries</th>
<th scope="col">Links left out</th><th scope="col">In flight</th><th scope="col">Median</th><th scope="col">99th percentile</th></tr></thead>
<tbody>${services.map(row)}</tbody>
</table></div>
${refusalList(services, refused)}
${faultList(services)}
${driftTable(services)}
<p class="note" data-stale hidden>This page lost its connection; what it shows is old.</p>`,
  });

const refusalList = (services: readonly ServiceSnapshot[], all: Refusal | undefined): Html | false => {
  const refused = services.flatMap((service) =>
    service.refused
      ? [{ name: service.name, hasContract: service.hasContract, refusal: service.refused }]
      : [],
  );
  if (all === undefined && refused.length === 0) return false;
  return html`<h2>Changed, and not taken over</h2>
<ul>${all && html`<li>The configuration stays as it was: ${reasonOf(all)}</li>`}${refused.map(
    ({ name, hasContract, refusal }) =>
      html`<li>${name}: ${
        hasContract ? 'the last good document stays' : 'no document yet; its paths are answered with 503'
      }: ${reasonOf(refusal)}</li>`,
  )}</ul>`;
};

const reasonOf = ({ since, reason }: Refusal): Html =>
  html`<code>${reason}</code> <small>since <time datetime="${since}">${clock(since)}</time></small>`;

const faultList = (services: readonly ServiceSnapshot[]): Html | false =>
  services.some(({ faults }) => faults.length > 0) &&
  html`<h2>Wrong in the documents</h2>
<p>The rest of them is served.</p>
<ul>${services.flatMap(({ name, faults }) =>
    faults.map(({ pointer, reason }) => html`<li>${name}: <code>${pointer}</code> ${reason}</li>`),
  )}</ul>`;

const summary = (services: readonly ServiceSnapshot[]): string => {
  const troubled = services.filter(({ breaker }) => breaker !== 'closed').map(({ name }) => name);
  if (troubled.length === 0) return services.length === 0 ? 'No services yet.' : 'Every service is working.';
  return `Not well: ${troubled.join(', ')}. The others are not affected.`;
};

const row = ({
  name,
  breaker,
  requests,
  failures,
  retries,
  retriesRefused,
  droppedLinks,
  inFlight,
  queued,
  lastFailure,
  latency,
  circuits = [],
}: ServiceSnapshot): Html =>
  html`<tr>
<th scope="row"><a href="${servicePath(name)}">${name}</a></th>
<td data-label="State"><div><span class="state ${breaker}">${WORDS[breaker]}</span>${
    lastFailure &&
    html`<br><small>last: ${lastFailure.reason}, <time datetime="${lastFailure.at}">${clock(lastFailure.at)}</time></small>`
  }${circuits.map((one) => html`<br><small>${one.operationId}: ${WORDS[one.breaker]}</small>`)}</div></td>
<td data-label="Requests">${requests}</td>
<td data-label="Failures">${failures}</td>
<td data-label="Retries">${retries}${retriesRefused > 0 && html`<br><small>${retriesRefused} over the budget</small>`}</td>
<td data-label="Links left out">${droppedLinks}</td>
<td data-label="In flight">${inFlight}${queued > 0 && ` (+${queued} waiting)`}</td>
<td data-label="Median">${milliseconds(latency?.p50)}</td>
<td data-label="99th percentile">${milliseconds(latency?.p99)}</td>
</tr>`;
