/** The part of `/status` about security: what is not enforced, and who would be or was refused. */
import { type Html, html } from '../../../http/page/html.ts';
import type { SchemeFault } from '../../security/scheme-faults.ts';
import type { ServiceSnapshot } from './service-state.ts';

export const securityParts = (services: readonly ServiceSnapshot[]): Html =>
  html`${refusalTable(services)}${unenforcedList(services)}`;

export const schemeList = (schemes: readonly SchemeFault[]): Html =>
  html`<h2>Faults of authentication</h2>
<p>A scheme with a fault works with what it had before, if there was anything; otherwise it responds with 503.</p>
<ul class="plain">${schemes.map(({ scheme, reason }) => html`<li>${scheme}: <code>${reason}</code></li>`)}</ul>`;

const refusalTable = (services: readonly ServiceSnapshot[]): Html | false =>
  services.some(({ refusals = [] }) => refusals.length > 0) &&
  html`<h2 id="refusals">Requests without the required credentials</h2>
<p>Counted since this gateway started. Services with <code>enforce: observe</code> got these requests nevertheless.</p>
<div class="table" role="region" aria-labelledby="refusals" tabindex="0"><table>
<thead><tr><th scope="col">Operation</th><th scope="col">Missing or invalid credentials</th><th scope="col">Missing scope</th><th scope="col">Not verifiable</th></tr></thead>
<tbody>${services.flatMap(({ name, refusals = [] }) =>
    refusals.map(
      ({ operationId, unauthenticated, forbidden, unverifiable }) =>
        html`<tr><th scope="row">${name}: <code>${operationId}</code></th><td>${unauthenticated}</td><td>${forbidden}</td><td>${unverifiable}</td></tr>`,
    ),
  )}</tbody>
</table></div>`;

const unenforcedList = (services: readonly ServiceSnapshot[]): Html | false =>
  services.some(({ unenforcedSecurity = [] }) => unenforcedSecurity.length > 0) &&
  html`<h2>Declared security that is not enforced</h2>
<p>The gateway does not check credentials here. Anyone who can reach it can use these operations, unless the service checks
credentials itself. <code>authentication</code> in <code>gateway.yaml</code> changes this.</p>
<ul class="plain">${services
    .filter(({ unenforcedSecurity = [] }) => unenforcedSecurity.length > 0)
    .map(
      ({ name, unenforcedSecurity = [] }) =>
        html`<li>${name}: ${unenforcedSecurity.map((id, index) => html`${index > 0 && ', '}<code>${id}</code>`)}</li>`,
    )}</ul>`;
