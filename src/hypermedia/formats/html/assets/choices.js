/**
 * Fetches the options of a select from their collection. If they depend on another value, such as dishes on a
 * restaurant, they load after that value is chosen.
 */
import { element } from './element.js';
import { parseExact, textOf } from './exact.js';
import { send } from './exchange.js';

const MAX_PAGES = 10;
const known = new Map();

async function itemsOf(address) {
  const items = [];
  let href = address;
  for (let pages = 0; href !== undefined && pages < MAX_PAGES; pages++) {
    const { ok, json } = await send({ url: href });
    if (!ok || json === undefined) throw new Error(`no choices at ${href}`);
    items.push(...(Array.isArray(json) ? json : (json._embedded?.item ?? [])));
    href = json._links?.next?.href;
  }
  return items;
}

const optionsAt = (address) => {
  if (!known.has(address)) known.set(address, itemsOf(address));
  return known.get(address);
};

/** The value of a form member as text. */
function valueIn(form, name) {
  const { value = '', dataset } = form.querySelector(`[data-member="${name}"]`) ?? {};
  if (value === '') return undefined;
  return dataset.json === undefined ? value : textOf(parseExact(value));
}

/** The URL of the options, or the label of the value that must be chosen first. */
function addressOf({ dataset, form }) {
  let missing;
  const href = dataset.options.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const value = valueIn(form, name);
    if (value === undefined) missing = form.querySelector(`[data-member="${name}"]`);
    return encodeURIComponent(value ?? '');
  });
  return missing ? { first: missing.labels[0].textContent } : { href };
}

/** Replaces a select by a text input if the options cannot be fetched. */
function replaceSelect(select) {
  const { id, name, required, dataset } = select;
  const value =
    dataset.json === undefined || select.value === '' ? select.value : textOf(parseExact(select.value));
  const control = element('input', { id, name, required, value });
  control.setAttribute('aria-describedby', select.getAttribute('aria-describedby'));
  for (const name of ['member', 'value', 'optional', 'required'])
    if (dataset[name] !== undefined) control.dataset[name] = dataset[name];
  select.replaceWith(control);
}

/** URLs contain plain text; in JSON a number stays a number. */
const written = ({ dataset }, value) => (dataset.json === undefined ? textOf(value) : JSON.stringify(value));

/** Replaces a text input by a select, because the script can fetch its options. */
function replaceInput(input) {
  const { id, name, value } = input;
  const placeholder = element('option', { value: '' }, '–');
  const current = value === '' ? [] : [element('option', { value, selected: true }, value)];
  const select = element('select', { id, name }, placeholder, ...current);
  select.setAttribute('aria-describedby', input.getAttribute('aria-describedby'));
  Object.assign(select.dataset, input.dataset);
  input.replaceWith(select);
}

async function loadOptions(select) {
  const { href, first } = addressOf(select);
  const [placeholder] = select.options;
  if (first !== undefined) {
    placeholder.textContent = `Choose ${first} first`;
    select.replaceChildren(placeholder);
    return;
  }
  select.dataset.at = href;
  try {
    const items = await optionsAt(href);
    // The user may have chosen another value in the meantime.
    if (select.dataset.at !== href) return;
    const { prompt, choice } = select.dataset;
    const { value: current } = select;
    placeholder.textContent = select.required ? 'Choose' : '–';
    select.replaceChildren(
      placeholder,
      ...items.map((item) =>
        element('option', { value: written(select, item[choice]) }, textOf(item[prompt])),
      ),
    );
    select.value = current;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  } catch {
    known.delete(href);
    replaceSelect(select);
  }
}

/** Loads the options of visible selects; folded ones load when they are opened. */
export function loadOptionsIn(within) {
  for (const input of within.querySelectorAll('input[data-options]')) replaceInput(input);
  for (const select of within.querySelectorAll('select[data-options]'))
    if (select.closest('details:not([open])') === null) loadOptions(select);
}

/** Reloads the options that depend on a changed control. */
export function reloadDependentOptions({ form, dataset: { member } }) {
  if (!form || member === undefined) return;
  for (const select of form.querySelectorAll('select[data-options]'))
    if (select.dataset.options.includes(`{${member}}`)) loadOptions(select);
}
