/** The controls above Swagger UI that select a document and a part of it. They work without scripts. */
import { type Html, html } from '../../../http/page/html.ts';
import { type DocumentPart, documentParts } from '../../../openapi/load/document-parts.ts';
import type { DocumentIndex } from '../../../openapi/publish/document-index.ts';
import { docsPath } from '../discovery/discovery.ts';
import { type Part, queryOf } from './document-part.ts';
import type { PublishedDocument } from './published-documents.ts';

/** A document with its index. */
export interface IndexedDocument extends Pick<PublishedDocument, 'service' | 'title' | 'path'> {
  readonly index: DocumentIndex;
}

/** Operations that Swagger UI can show at once. With more operations, a click takes a second or longer. */
const MAX_AT_ONCE = 150;

export const isLarge = ({ index }: IndexedDocument): boolean => index.operations.length > MAX_AT_ONCE;

/** The form has a button: submitting on change would react to every key press (WCAG 2.2 §3.2.2). */
export const chooser = (
  published: readonly PublishedDocument[],
  chosen: Pick<PublishedDocument, 'service'>,
): Html | false =>
  published.length > 2 &&
  html`<form class="documents" method="get" action="/docs">
<label for="document">Document</label>
<select id="document" name="urls.primaryName">${published.map(
    (one) =>
      html`<option value="${one.service}"${one.service === chosen.service && html` selected`}>${one.service ?? `All of ${one.title}`}</option>`,
  )}</select>
<button>Show</button>
</form>`;

export const partsList = (chosen: IndexedDocument): Html => {
  const { operations } = chosen.index;
  return html`<h1>${chosen.title}</h1>
<p class="lead">${count(operations.length)} are too many to show at once. Choose a part, or open
<a href="${chosen.path}">the whole document</a>.</p>
<section class="parts" aria-label="Parts">${parts(chosen)}</section>`;
};

/** Lists the other parts while one part is shown. */
export const partsMenu = (chosen: IndexedDocument, part: Part): Html =>
  html`<details class="parts"><summary>${part.tags.join(', ')} ${part.path}
<small>Other parts</small></summary>
${parts(chosen, part)}
<p><a href="${docsPath(chosen.service)}">${isLarge(chosen) ? 'All parts' : 'Show everything'}</a></p></details>`;

export const titleOf = (chosen: Pick<PublishedDocument, 'title'>, part: Part | undefined): string =>
  [...(part ? [...part.tags, part.path ?? []].flat() : []), chosen.title].join(' · ');

const parts = (chosen: IndexedDocument, shown?: Part): Html => {
  const all = documentParts(chosen.index, MAX_AT_ONCE);
  const current = shown && queryOf(shown);
  return html`<p class="filter" hidden><label for="filter">Filter</label>
<input id="filter" type="search" autocomplete="off" spellcheck="false"> <span role="status"></span></p>
<ul>${all.map((part) => item(chosen, part, current))}</ul>`;
};

const item = (
  { service }: IndexedDocument,
  { tag, path, operations }: DocumentPart,
  current?: string,
): Html => {
  const query = queryOf({ tags: [tag], ...(path !== undefined && { path }) });
  return html`<li><a href="${docsPath(service, query)}" data-tag="${tag}"${query === current && html` aria-current="page"`}>
<span>${tag}</span> ${path !== undefined && html`<code>${path}</code> `}<small>${count(operations)}</small></a></li>`;
};

const NUMBER = new Intl.NumberFormat('en');
const count = (operations: number): string =>
  `${NUMBER.format(operations)} operation${operations === 1 ? '' : 's'}`;
