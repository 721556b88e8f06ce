/** A page of a collection: its items as links, their embedded resources, and the paging links. */

import { isRawNumber, scalarText } from '../../../codecs/exact-json.ts';
import { type Html, html } from '../../../http/page/html.ts';
import { ALLOWS_ALL, expandable } from '../../graph/model.ts';
import { words } from '../../words.ts';
import type { Body, RenderContext } from '../format.ts';
import { embedChip, hrefOf, paging } from './links.ts';
import { labelOf, nameOf } from './names.ts';
import { embeddedOf } from './parts.ts';
import { type Column, columnsOf, table } from './table.ts';

/** @param id id of the title */
export function collection(body: Body, title: string, context: RenderContext, id = 'items'): Html {
  const items = embeddedOf(body).item as Body[];
  const total =
    (typeof body.total === 'number' || isRawNumber(body.total)) &&
    html`<p class="total">${scalarText(body.total)} in total</p>`;
  return html`${embedToggles(context)}
${items.length === 0 ? html`<p class="empty">No items.</p>` : table(id, title, items, columns(items))}
${total}${paging(body)}`;
}

/** The first column links to the item. Columns of embedded resources follow those of the item. */
function columns(items: readonly Body[]): Column[] {
  const [first, ...others] = columnsOf(items);
  const name: Column = {
    head: first?.head ?? 'Item',
    cell: (item) => titleLink(item, scalarText(item[nameOf(item) ?? ''] ?? 'Item')),
  };
  const rels = [...new Set(items.flatMap((item) => Object.keys(embeddedOf(item))))];
  const parts = rels.map(
    (rel): Column => ({
      head: words(rel),
      cell: (item) => {
        const shown = [embeddedOf(item)[rel] ?? []].flat() as Body[];
        return html`${shown.map((part, index) => [index > 0 && ', ', titleLink(part, labelOf(part, words(rel)))])}`;
      },
    }),
  );
  return [name, ...others, ...parts];
}

function titleLink(body: Body, label: string): Html {
  const href = hrefOf(body, 'self');
  return href === undefined ? html`${label}` : html`<a href="${href}">${label}</a>`;
}

function embedToggles(context: RenderContext): Html | false {
  const item = context.operation.shape?.item;
  const { allows = ALLOWS_ALL } = context;
  const links = item === undefined ? [] : expandable(item).filter(({ target }) => allows(target));
  if (links.length === 0) return false;
  return html`<div class="bring"><span id="bring">Include with each item</span><ul aria-labelledby="bring">${links.map(
    ({ rel }) => html`<li>${embedChip(rel, context)}</li>`,
  )}</ul></div>`;
}
