/**
 * `/status/services/{service}`: how one service is, what failed last, when it will be tried again, and what needs it.
 * A 503 of its operations leads here.
 *
 * Reads `Accept`; sends 200, 404, 406; never cached. No address of the service is in it.
 */
import type { Router } from 'express';
import { Problem } from '../../contract/problem.ts';
import { notFound } from '../../contract/problems.ts';
import { cache, entity, get, HTML, sendNegotiated } from '../../http/entity.ts';
import { type Html, html } from '../../http/page/html.ts';
import { layout } from '../../http/page/layout.ts';
import type { ServiceDocument } from '../../hypermedia/graph.ts';
import type { LinkValue } from '../../hypermedia/represent.ts';
import { pathOf } from './assets.ts';
import { type Dependents, dependentsOf } from './dependents.ts';
import { docsPath, SERVICES_PATH, STATUS_PATH, servicePath } from './discovery.ts';
import { driftTable } from './drift.ts';
import { representations } from './representations.ts';
import { clock, descriptionOf, milliseconds, type ServiceSnapshot, stateOf, WORDS } from './service-state.ts';

const noStore = { 'Cache-Control': cache.never };

export interface ServiceStatusOptions {
  readonly services: readonly ServiceDocument[];
  readonly snapshot: () => readonly ServiceSnapshot[];
  /** Whether the other pages of the gateway are elsewhere. */
  readonly isApart?: boolean;
}

export function serviceStatus(
  router: Router,
  { services, snapshot, isApart = false }: ServiceStatusOptions,
): void {
  const dependents = dependentsOf(services);
  get(router, `${SERVICES_PATH}/:service`, (req, res) => {
    const name = String(req.params.service);
    const service = snapshot().find((one) => one.name === name);
    if (!service) throw new Problem(notFound, 'No service here has this name.');
    const needs = dependents.get(name) ?? NOBODY;
    const page = () => entity(HTML, servicePage(service, needs, isApart), noStore);
    sendNegotiated(req, res, representations(resourceOf(service, needs, isApart), page, noStore));
  });
}

const NOBODY: Dependents = { operations: [], embeds: [] };

const resourceOf = (service: ServiceSnapshot, { operations, embeds }: Dependents, isApart: boolean) => ({
  name: 'Service',
  links: new Map<string, LinkValue>([
    ['self', { href: servicePath(service.name) }],
    ['up', { href: STATUS_PATH }],
    ...(isApart ? [] : Object.entries(descriptionOf(service))),
    ...(isApart ? [] : [['service-doc', { href: docsPath(service.name), type: HTML }] as const]),
  ]),
  state: { ...stateOf(service), recentFailures: service.recentFailures, operations, embeds },
});

const servicePage = (
  service: ServiceSnapshot,
  { operations, embeds }: Dependents,
  isApart: boolean,
): string =>
  layout({
    title: `${service.name} · Status · linkway`,
    current: servicePath(service.name),
    isAtGateway: !isApart,
    head: html`<script src="${pathOf('status.js')}" defer></script>
<noscript><meta http-equiv="refresh" content="10"></noscript>
`,
    content: html`<p class="crumb"><a href="${STATUS_PATH}">Status</a> <span aria-hidden="true">/</span> ${service.name}</p>
<h1>${service.name}</h1>
<div data-fresh>
<p class="lead"><span class="state ${service.breaker}">${WORDS[service.breaker]}</span>${
      service.retryAt !== undefined &&
      html`; it is tried again at <time datetime="${service.retryAt}">${clock(service.retryAt)}</time>`
    }</p>
${figures(service)}
<h2>What failed last</h2>
${failures(service)}
${driftTable([service])}
</div>
<h2>What needs it</h2>
${
  operations.length === 0
    ? html`<p>Nothing that is known yet.</p>`
    : html`<ul class="plain">${operations.map(
        ({ method, path, title }) => html`<li><code>${method} ${path}</code> ${title}</li>`,
      )}</ul>`
}
${
  embeds.length > 0 &&
  html`<p>Without it, these are answered without a part where <code>expand</code> asks for it:</p>
<ul class="plain">${embeds.map(
    ({ service: other, from, rel }) => html`<li><code>${rel}</code> of ${from} (${other})</li>`,
  )}</ul>`
}
${!isApart && html`<p><a href="${docsPath(service.name)}">Its operations in Swagger UI</a></p>`}
<p class="note" data-stale hidden>This page lost its connection; what it shows is old.</p>`,
  });

const figures = ({
  requests,
  failures: failed,
  retries,
  retriesRefused,
  inFlight,
  queued,
  droppedLinks,
  latency,
}: ServiceSnapshot): Html =>
  html`<dl class="figures">${(
    [
      ['Requests', requests],
      ['Failures', failed],
      ['Retries', retries],
      ['Retries refused by their budget', retriesRefused],
      ['In flight', inFlight],
      ['Waiting', queued],
      ['Links left out', droppedLinks],
      ['Median (ms)', milliseconds(latency?.p50)],
      ['99th percentile (ms)', milliseconds(latency?.p99)],
    ] as const
  ).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

const failures = ({ recentFailures }: ServiceSnapshot): Html =>
  recentFailures.length === 0
    ? html`<p>Nothing since this gateway started.</p>`
    : html`<ul class="plain">${recentFailures.map(
        ({ at, reason, operationId = 'a call' }) =>
          html`<li><time datetime="${at}">${clock(at)}</time> <code>${operationId}</code>: ${reason}</li>`,
      )}</ul>`;
