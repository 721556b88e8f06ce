/** The part of `/status` about security: what is not enforced, and who would be or was refused. */
import { type Html, html } from '../../../http/page/html.ts';
import type { SchemeFault } from '../../security/scheme-faults.ts';
import type { ServiceSnapshot } from './service-state.ts';

export const securityParts = (services: readonly ServiceSnapshot[]): Html =>
  html`${unverifiableList(services)}${refusalTable(services)}${unenforcedList(services)}`;

/** Without the reasons, which contain the names of files and addresses. */
const unverifiableList = (services: readonly ServiceSnapshot[]): Html | false =>
  services.some(({ unverifiableSecurity = [] }) => unverifiableSecurity.length > 0) &&
  html`<h2>Operations that refuse every request</h2>
<p>The gateway cannot verify the credentials that these operations require. <code>linkway check</code> with
<code>gateway.yaml</code> says which schemes are missing.</p>
${operationList(services, ({ unverifiableSecurity }) => unverifiableSecurity)}`;

export const schemeList = (schemes: readonly SchemeFault[]): Html =>
  html`<h2>Faults of authentication</h2>
<p>A scheme with a fault works with what it had before, if there was anything; otherwise it responds with 503.</p>
<ul class="plain">${schemes.map(({ scheme, reason }) => html`<li>${scheme}: <code>${reason}</code></li>`)}</ul>`;

const refusalTable = (services: readonly ServiceSnapshot[]): Html | false =>
  services.some(({ refusals = [] }) => refusals.length > 0) &&
  html`<h2 id="refusals">Requests without the required credentials</h2>
<div class="table" role="region" aria-labelledby="refusals" tabindex="0"><table class="counts">
<caption>Counted since this gateway started. Services with <code>enforce: observe</code> got these requests nevertheless</caption>
<thead><tr><th scope="col">Operation</th><th scope="col">Missing or not valid</th><th scope="col">Missing scope</th><th scope="col">Not verifiable</th></tr></thead>
<tbody>${services.flatMap(({ name, refusals = [] }) =>
    refusals.map(
      ({ operationId, unauthenticated, forbidden, unverifiable }) =>
        html`<tr><th scope="row">${name}: <code>${operationId}</code></th>
<td data-label="Missing or not valid">${unauthenticated}</td><td data-label="Missing scope">${forbidden}</td><td data-label="Not verifiable">${unverifiable}</td></tr>`,
    ),
  )}</tbody>
</table></div>`;

const unenforcedList = (services: readonly ServiceSnapshot[]): Html | false =>
  services.some(({ unenforcedSecurity = [] }) => unenforcedSecurity.length > 0) &&
  html`<h2>Declared security that is not enforced</h2>
<p>The gateway refuses no request here for its credentials. Anyone who can reach it can use these operations, unless the service checks
credentials itself. <code>authentication</code> in <code>gateway.yaml</code> changes this.</p>
${operationList(services, ({ unenforcedSecurity }) => unenforcedSecurity)}`;

const operationList = (
  services: readonly ServiceSnapshot[],
  operationsOf: (service: ServiceSnapshot) => readonly string[] | undefined,
): Html => {
  const lines = services.map((service) => ({ name: service.name, ids: operationsOf(service) ?? [] }));
  return html`<ul class="plain">${lines
    .filter(({ ids }) => ids.length > 0)
    .map(
      ({ name, ids }) =>
        html`<li>${name}: ${ids.map((id, index) => html`${index > 0 && ', '}<code>${id}</code>`)}</li>`,
    )}</ul>`;
};
