/** Renders objects of one kind as rows; on a narrow screen each row is a card. */

import { isRawNumber, memberName } from '../../../codecs/exact-json.ts';
import { type Html, html } from '../../../http/page/html.ts';
import { words } from '../../words.ts';
import type { Body } from '../format.ts';
import { hrefOf } from './links.ts';
import { nameOf } from './names.ts';
import { embeddedOf } from './parts.ts';
import { isMoney, isShort, readable, stateMembersOf } from './readable.ts';

export interface Column {
  readonly head: string;
  readonly isNumber?: boolean;
  cell(row: Body): Html;
}

const isNumber = (value: unknown): boolean => typeof value === 'number' || isRawNumber(value);

/** The relation whose target a member identifies: `consumerId` identifies the target of `consumer`. */
const relationOf = (name: string): string | undefined =>
  /^\w+Id$/.test(name) ? name.slice(0, -'Id'.length) : undefined;

/** The value of a member, with a link if it identifies the target of a link. */
export function linked(body: Body, name: string): Html {
  const value = readable(body[name]);
  const rel = relationOf(name);
  const href = rel === undefined ? undefined : hrefOf(body, rel);
  return href === undefined ? value : html`<a href="${href}">${value}</a>`;
}

/** One column for each short member, the name first. Ids of embedded resources have no column. */
export function columnsOf(rows: readonly Body[]): Column[] {
  const names = [...new Set(rows.flatMap((row) => stateMembersOf(row).map(([name]) => name)))];
  const first = rows[0] && nameOf(rows[0]);
  return names
    .filter((name) => rows.every((row) => isShort(row[name])))
    .filter((name) => !rows.every((row) => (relationOf(name) ?? '') in embeddedOf(row)))
    .toSorted((a, b) => Number(b === first) - Number(a === first))
    .map((name) => ({
      head: words(memberName(name)),
      isNumber: rows.every((row) => isNumber(row[name]) || isMoney(row[name])),
      cell: (row) => linked(row, name),
    }));
}

/**
 * @param id id of the title
 * @param columns the first column names the row
 */
export function table(
  id: string,
  title: string,
  rows: readonly Body[],
  columns: readonly Column[] = columnsOf(rows),
): Html {
  return html`<div class="table items" role="group" aria-labelledby="${id}" tabindex="0"><table>
<caption id="${id}">${title}</caption>
<thead><tr>${columns.map(({ head, isNumber }) => html`<th scope="col"${isNumber && html` class="number"`}>${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map((column, index) => cell(row, column, index === 0))}</tr>`)}</tbody>
</table></div>`;
}

const cell = (row: Body, { head, isNumber, cell: make }: Column, isFirst: boolean): Html =>
  isFirst
    ? html`<th scope="row">${make(row)}</th>`
    : html`<td data-label="${head}"${isNumber && html` class="number"`}>${make(row)}</td>`;
