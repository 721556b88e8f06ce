/** Formats JSON values for people: times, money, states and lists, recognized by their form. */

import { memberName, scalarText } from '../../../codecs/exact-json.ts';
import { type Html, html } from '../../../http/page/html.ts';
import { isJsonObject } from '../../../openapi/is-object.ts';
import { words } from '../../words.ts';
import type { Body } from '../format.ts';
import { toneOf } from './tone.ts';

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;
const CURRENCY = /^[A-Z]{3}$/;
/** A value of an enumeration: `APPROVAL_PENDING`. */
const CONSTANT = /^[A-Z]{4,}(?:_[A-Z]+)*$|^[A-Z]+(?:_[A-Z]+)+$/;

/** The members of a resource without those that the format adds. */
export const stateMembersOf = (body: Body): [string, unknown][] =>
  Object.entries(body).filter(([name]) => !name.startsWith('_'));

interface MoneyValue {
  readonly amount: number;
  readonly currency: string;
}

export const isMoney = (value: unknown): value is MoneyValue =>
  isJsonObject(value) &&
  Object.keys(value).length === 2 &&
  Number.isInteger(value.amount) &&
  typeof value.currency === 'string' &&
  CURRENCY.test(value.currency);

/** Whether the value fits into a table cell. */
export const isShort = (value: unknown): boolean =>
  (!isJsonObject(value) && !Array.isArray(value)) || isMoney(value) || isList(value);

const isList = (value: unknown): value is unknown[] => Array.isArray(value) && !value.some(isJsonObject);

export function readable(value: unknown): Html {
  if (value === null || value === undefined || value === '') return html`<span class="none">–</span>`;
  if (typeof value === 'boolean') return html`${value ? 'Yes' : 'No'}`;
  if (typeof value === 'string') return text(value);
  if (isMoney(value)) return html`${money(value)}`;
  if (Array.isArray(value)) {
    if (value.length === 0) return readable(null);
    return html`${value.map((one, index) => [index > 0 && ', ', readable(one)])}`;
  }
  if (!isJsonObject(value)) return html`${scalarText(value)}`;
  return html`<dl class="inner">${stateMembersOf(value).map(
    ([name, member]) => html`<div><dt>${words(memberName(name))}</dt><dd>${readable(member)}</dd></div>`,
  )}</dl>`;
}

function text(value: string): Html {
  if (DATE_TIME.test(value)) return html`<time datetime="${value}">${dateTime(new Date(value))}</time>`;
  if (CONSTANT.test(value))
    return html`<span class="badge ${toneOf(value)}" data-is="${value}">${words(value)}</span>`;
  return html`${value}`;
}

const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
const dateTime = (time: Date): string => (Number.isNaN(time.valueOf()) ? '' : `${times.format(time)} UTC`);

/** Formats minor units, as many as the currency has (ISO 4217). */
function money({ amount, currency }: MoneyValue): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
