/** What stands above Swagger UI: which document, and which part of a large one. Links and a form, without a script. */
import { type Html, html } from '../../../http/page/html.ts';
import { type DocumentPart, documentParts } from '../../../openapi/load/document-parts.ts';
import type { DocumentIndex } from '../../../openapi/publish/document-index.ts';
import { docsPath } from '../discovery/discovery.ts';
import { type Part, queryOf } from './document-part.ts';
import type { Published } from './published.ts';

/** A document whose outline is there. */
export interface Outlined extends Pick<Published, 'service' | 'title' | 'path'> {
  readonly outline: DocumentIndex;
}

/** Operations that Swagger UI shows at once: with more a click takes it a second and longer. */
const MOST_AT_ONCE = 150;

export const isLarge = ({ outline }: Outlined): boolean => outline.operations.length > MOST_AT_ONCE;

/** Sent by a button: a list that sends itself would do so at every key that is pressed on it (WCAG 2.2 §3.2.2). */
export const chooser = (published: readonly Published[], chosen: Pick<Published, 'service'>): Html | false =>
  published.length > 2 &&
  html`<form class="documents" method="get" action="/docs">
<label for="document">Document</label>
<select id="document" name="urls.primaryName">${published.map(
    (one) =>
      html`<option value="${one.service}"${one.service === chosen.service && html` selected`}>${one.service ?? `All of ${one.title}`}</option>`,
  )}</select>
<button>Show</button>
</form>`;

export const partsList = (chosen: Outlined): Html => {
  const { operations } = chosen.outline;
  return html`<h1>${chosen.title}</h1>
<p class="lead">${count(operations.length)}, too many to be shown at once. Choose a part, or take
<a href="${chosen.path}">the whole document</a>.</p>
<section class="parts" aria-label="Parts">${parts(chosen)}</section>`;
};

/** Where a part is shown: the others. */
export const partsMenu = (chosen: Outlined, part: Part): Html =>
  html`<details class="parts"><summary>${part.tags.join(', ')} ${part.path}
<small>Other parts</small></summary>
${parts(chosen, part)}
<p><a href="${docsPath(chosen.service)}">${isLarge(chosen) ? 'All parts' : 'Everything at once'}</a></p></details>`;

export const titleOf = (chosen: Pick<Published, 'title'>, part: Part | undefined): string =>
  [...(part ? [...part.tags, part.path ?? []].flat() : []), chosen.title].join(' · ');

const parts = (chosen: Outlined, shown?: Part): Html => {
  const all = documentParts(chosen.outline, MOST_AT_ONCE);
  const current = shown && queryOf(shown);
  return html`<p class="filter" hidden><label for="filter">Filter</label>
<input id="filter" type="search" autocomplete="off" spellcheck="false"> <span role="status"></span></p>
<ul>${all.map((part) => item(chosen, part, current))}</ul>`;
};

const item = ({ service }: Outlined, { tag, path, operations }: DocumentPart, current?: string): Html => {
  const query = queryOf({ tags: [tag], ...(path !== undefined && { path }) });
  return html`<li><a href="${docsPath(service, query)}" data-tag="${tag}"${query === current && html` aria-current="page"`}>
<span>${tag}</span> ${path !== undefined && html`<code>${path}</code> `}<small>${count(operations)}</small></a></li>`;
};

const NUMBER = new Intl.NumberFormat('en');
const count = (operations: number): string =>
  `${NUMBER.format(operations)} operation${operations === 1 ? '' : 's'}`;
