/** Converts between forms and JSON: `data-member` and `data-row` define where the value of a control belongs. */
import { loadOptionsIn } from './choices.js';
import { numberOf, parseExact } from './exact.js';

const controls = (within) => [...within.querySelectorAll('[data-value]')];

/** Member names and row numbers from the form to the element. */
export function pathOf(element) {
  const path = [];
  for (let at = element; at && at.tagName !== 'FORM'; at = at.parentElement) {
    if (at.dataset.member !== undefined) path.unshift(at.dataset.member);
    if (at.dataset.row !== undefined) path.unshift([...at.parentElement.children].indexOf(at));
  }
  return path;
}

function readValue(control) {
  if (control.value === '') return undefined;
  if (control.dataset.json !== undefined) return parseExact(control.value);
  if (control.type === 'number') return numberOf(control.value);
  // The input is in the time zone of the browser.
  if (control.type === 'datetime-local') return new Date(control.value).toISOString();
  return control.value;
}

function put(root, path, value) {
  let at = root;
  path.forEach((name, index) => {
    if (index === path.length - 1) at[name] = value;
    else at[name] ??= typeof path[index + 1] === 'number' ? [] : {};
    at = at[name];
  });
}

function collect(form) {
  const body = {};
  for (const control of controls(form)) {
    const value = readValue(control);
    if (value !== undefined) put(body, pathOf(control), value);
  }
  return body;
}

/** The initial values of each form. */
const before = new WeakMap();

/** The body to send: unchanged optional members are left out. */
export function bodyOf(form) {
  const body = collect(form);
  const optional = [...form.querySelectorAll('[data-member][data-optional]')].filter(
    (element) => pathOf(element).length === 1,
  );
  for (const { dataset } of optional) {
    const initial = JSON.stringify(before.get(form)?.[dataset.member]);
    if (initial !== undefined && initial === JSON.stringify(body[dataset.member]))
      delete body[dataset.member];
  }
  return body;
}

export const hasInput = (form) => form.querySelector('[data-member]') !== null;

/** In a group that is optional, members are required only once one of them is filled in. */
export function sync(element) {
  const group = element.closest('fieldset[data-optional]:not([data-list])');
  if (group === null) return;
  const all = controls(group);
  const isUsed = all.some(({ value }) => value !== '');
  for (const control of all) control.required = isUsed && control.dataset.required !== undefined;
}

function count(list) {
  const rows = list.querySelector('[data-rows]').children.length;
  const { least, most } = list.dataset;
  list.querySelector(':scope > [data-add]').disabled = rows >= Number(most || Infinity);
  for (const button of list.querySelectorAll('[data-remove]')) button.disabled = rows <= Number(least);
}

let rowsMade = 0;

export function addRow(list) {
  const row = list.querySelector(':scope > template').content.firstElementChild.cloneNode(true);
  rowsMade += 1;
  for (const element of row.querySelectorAll('[id], [for], [aria-describedby]'))
    for (const name of ['id', 'for', 'aria-describedby']) {
      const ids = element.getAttribute(name);
      if (ids !== null)
        element.setAttribute(
          name,
          ids.replaceAll(/\S+/g, (id) => `${id}-${rowsMade}`),
        );
    }
  list.querySelector('[data-rows]').append(row);
  prepare(row);
  count(list);
  row.querySelector('[data-value]')?.focus();
}

export function removeRow(row) {
  const list = row.closest('[data-list]');
  const next = row.previousElementSibling ?? row.nextElementSibling;
  row.remove();
  count(list);
  (next?.querySelector('[data-value]') ?? list.querySelector(':scope > [data-add]')).focus();
}

/** Formats a time for its control: local, to the minute. */
function localTime(text) {
  const time = new Date(text);
  return new Date(time - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Remembers the initial values of a form. */
const remember = (form) => before.set(form, collect(form));

/** Prepares new forms and new rows. */
export function prepare(within) {
  for (const control of controls(within)) {
    if (control.required) control.dataset.required = '';
    if (control.dataset.time && control.value === '') control.value = localTime(control.dataset.time);
  }
  for (const group of within.querySelectorAll('fieldset[data-optional]:not([data-list])')) sync(group);
  within.querySelectorAll('[data-list]').forEach(count);
  within.querySelectorAll('form[data-action]').forEach(remember);
  loadOptionsIn(within);
}
