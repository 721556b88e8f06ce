/** The state of one resource: short members as a list of terms, lists of things as tables. */
import { type Html, html } from '../../../http/page/html.ts';
import { memberName } from '../../exact-json.ts';
import { isObject } from '../../is-object.ts';
import { words } from '../../words.ts';
import type { Body } from '../format.ts';
import { hrefOf } from './links.ts';
import { membersOf, readable } from './readable.ts';
import { table } from './table.ts';

/** @param prefix of the ids in it */
export function fields(body: Body, prefix = 'field'): Html {
  const members = membersOf(body);
  const rest = members.filter(([, value]) => !isTable(value));
  const tables = members.filter(([, value]) => isTable(value)) as [string, Body[]][];
  return html`${
    rest.length > 0 &&
    html`<dl class="fields">${rest.map(
      ([name, value]) =>
        html`<div><dt>${words(memberName(name))}</dt><dd>${linked(body, name, readable(value))}</dd></div>`,
    )}</dl>`
  }${tables.map(([name, rows]) => table(`${prefix}-${memberName(name)}`, words(memberName(name)), rows))}`;
}

const isTable = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(isObject);

/** `consumerId` is the name of what `consumer` leads to. */
function linked(body: Body, name: string, value: Html): Html {
  const href = /^\w+Id$/.test(name) ? hrefOf(body, name.slice(0, -'Id'.length)) : undefined;
  return href === undefined ? value : html`<a href="${href}">${value}</a>`;
}
