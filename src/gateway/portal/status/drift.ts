/** The table of contract deviations on `/status`. It contains no values of bodies. */
import { type Html, html } from '../../../http/page/html.ts';
import type { OperationDrift, ServiceDrift } from '../../conformance/conformance-stats.ts';

interface Service {
  readonly name: string;
  readonly drift?: ServiceDrift | undefined;
}

export function driftTable(services: readonly Service[]): Html | false {
  const inspected = services.flatMap(({ name, drift }) => (drift ? [{ name, ...drift }] : []));
  if (inspected.length === 0) return false;
  return html`<h2>Responses and contracts</h2>
<p>${inspected.map(({ name, mode, sample }) => html`${name}: ${MODE_TEXTS[mode]}${sample !== undefined && `, ${percent(sample)} of responses are checked`}. `)}</p>
<div class="table" role="region" aria-labelledby="drift" tabindex="0"><table>
<caption id="drift">Responses checked against the documents since this gateway started; large responses, incomplete responses and responses cut by <code>fields</code> count as unverified</caption>
<thead><tr><th scope="col">Operation</th><th scope="col">What differs</th><th scope="col">Checked</th><th scope="col">Drifted</th><th scope="col">Unverified</th></tr></thead>
<tbody>${inspected.flatMap(({ name, operations }) => operations.map((one) => row(name, one)))}</tbody>
</table></div>`;
}

const MODE_TEXTS = {
  observe: 'responses that differ are still forwarded',
  enforce: 'responses that differ are replaced by 502',
} as const;

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

const row = (service: string, { operationId, checked, drifted, unverified, faults }: OperationDrift): Html =>
  html`<tr>
<th scope="row">${service} ${operationId}</th>
<td data-label="What differs"><div>${
    faults.length === 0
      ? 'nothing'
      : faults.map(
          ({ kind, pointer, detail, count }) =>
            html`<div>${kind} ${pointer && html`<code>${pointer}</code> `}${detail} <small>× ${count}</small></div>`,
        )
  }</div></td>
<td data-label="Checked">${checked}</td>
<td data-label="Drifted">${drifted}</td>
<td data-label="Unverified">${unverified}</td>
</tr>`;
