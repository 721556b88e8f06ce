/** The state of one resource: short members as a description list, lists of objects as tables. */

import { memberName } from '../../../codecs/exact-json.ts';
import { type Html, html } from '../../../http/page/html.ts';
import { isJsonObject } from '../../../openapi/is-object.ts';
import { words } from '../../words.ts';
import type { Body } from '../format.ts';
import { stateMembersOf } from './readable.ts';
import { linked, table } from './table.ts';

/** @param prefix prefix of the ids */
export function resourceFields(body: Body, prefix = 'field'): Html {
  const members = stateMembersOf(body);
  const rest = members.filter(([, value]) => !isTable(value));
  const tables = members.filter(([, value]) => isTable(value)) as [string, Body[]][];
  return html`${
    rest.length > 0 &&
    html`<dl class="fields">${rest.map(
      ([name]) => html`<div><dt>${words(memberName(name))}</dt><dd>${linked(body, name)}</dd></div>`,
    )}</dl>`
  }${tables.map(([name, rows]) => table(`${prefix}-${memberName(name)}`, words(memberName(name)), rows))}`;
}

const isTable = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(isJsonObject);
