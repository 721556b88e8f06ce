/** The filter form of a collection, from its `search` link (RFC 6570). */
import { type Html, html } from '../../../http/page/html.ts';
import { queryOf } from '../../../http/uri/target.ts';
import type { TemplateProperty } from '../../graph/form-properties.ts';
import { words } from '../../words.ts';
import type { Body, RenderContext } from '../format.ts';
import { input } from './input.ts';
import { safeLinksOf } from './links.ts';

export function search(body: Body, { url, operation: { filters = [] } }: RenderContext): Html | false {
  const template = safeLinksOf(body).find(([rel]) => rel === 'search')?.[1][0];
  const [, target, names] = /^([^{}]*)\{\?([^{}]*)\}$/.exec(template?.href ?? '') ?? [];
  if (target === undefined || names === undefined) return false;
  const query = queryOf(url);
  const isFiltered = [...query.keys()].some((name) => name !== 'expand' && name !== 'cursor');
  const expand = query.get('expand');
  // Expansion is chosen beside the items.
  const shown = names.split(',').filter((name) => name !== 'expand');
  return html`<details class="search"${isFiltered && html` open`}><summary>Filter and sort</summary>
<form action="${target}" method="get" role="search" aria-label="Filter and sort" data-search>
${shown.map((name) => {
  const { value: _, ...property } = filters.find((one) => one.name === name) ?? unknown(name);
  return input({ ...property, required: false }, query.get(name), { id: `search-${name}`, isText: true });
})}${expand !== null && html`<input type="hidden" name="expand" value="${expand}">`}
<button>Show</button></form></details>`;
}

/** The property of a variable that the document does not describe. */
const unknown = (name: string): TemplateProperty => ({ name, prompt: words(name), required: false });
