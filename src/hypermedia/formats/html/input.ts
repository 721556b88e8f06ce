/** Renders a template property with a single value as one control with its label, its hint and its fault message. */

import { scalarText } from '../../../codecs/exact-json.ts';
import { type Html, html, withCode } from '../../../http/page/html.ts';
import type { TemplateProperty } from '../../graph/form-properties.ts';
import type { Body } from '../format.ts';

interface Options {
  readonly inline?: readonly { readonly prompt: string; readonly value: unknown }[];
  readonly link?: { readonly href: string };
  readonly promptField?: string;
  readonly valueField?: string;
}

/** Longer texts get several lines. */
const TEXTAREA_LENGTH = 200;

export interface ControlContext {
  readonly id: string;
  /**
   * Values that options may depend on: members of the resource and of the form. The user may enter form values
   * later.
   */
  readonly knownValues?: Body;
  /** Whether the values are sent in a URL, as plain text, instead of JSON. */
  readonly isText?: boolean;
  /** The number of controls that the form may still have: nested lists could exceed what a page can show. */
  readonly budget?: { controls: number };
}

export function input(
  original: TemplateProperty,
  value: unknown,
  { id, knownValues = {}, isText = false }: ControlContext,
): Html {
  const property = resolveOptionsLink(original, knownValues);
  const { name, required, placeholder } = property;
  const hint = typeof placeholder === 'string' && placeholder;
  const place = isText
    ? html`name="${name}"`
    : html`${name !== '' && html`data-member="${name}" `}data-value${!required && html` data-optional`}${required && html` required`}`;
  const common = html`id="${id}" ${place} aria-describedby="${hint && `${id}-hint `}${id}-fault"`;
  return html`<div class="field"><label for="${id}">${labelOf(property) || 'Value'}${
    !required && !isText && html` <span class="optional">optional</span>`
  }</label>
${renderElement(property, value ?? property.value, common, isText)}
${hint && html`<small id="${id}-hint">${withCode(hint)}</small>`}<p class="fault" id="${id}-fault" data-fault hidden></p></div>`;
}

function renderElement(property: TemplateProperty, value: unknown, common: Html, isText: boolean): Html {
  const options = property.options as Options | undefined;
  const picked = options?.link;
  if (options !== undefined && !(isText && picked))
    return renderSelect(property, options, value, common, isText);
  const { type = 'text', min, max, minLength, maxLength, regex } = property;
  const lengths = html`${attribute('minlength', minLength)}${attribute('maxlength', maxLength)}`;
  if (type === 'text' && Number(maxLength) > TEXTAREA_LENGTH)
    return html`<textarea ${common} rows="2"${lengths}>${value as string | undefined}</textarea>`;
  return html`<input ${common} type="${type as string}"${lengths}${attribute('min', min)}${attribute('max', max)}${attribute(
    'pattern',
    patternOf(regex),
  )}${type === 'number' && html` inputmode="numeric" step="${String(property.step ?? 'any')}"`}${
    // Only the browser knows its time zone.
    attribute(type === 'datetime-local' ? 'data-time' : 'value', value)
  }${picked && remoteOptions(options)}>`;
}

/** Fills the known variables of the options link. If a variable can never be known, the user types the value. */
function resolveOptionsLink(property: TemplateProperty, knownValues: Body): TemplateProperty {
  const options = property.options as Options | undefined;
  if (options?.link === undefined) return property;
  const { href } = options.link;
  const names = [...href.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (!names.every((name) => name in knownValues)) return { ...property, options: undefined };
  const filled = href.replaceAll(/\{(\w+)\}/g, (variable, name: string) =>
    knownValues[name] === undefined
      ? variable
      : encodeURIComponent(scalarText(knownValues[name]).toWellFormed()),
  );
  return { ...property, options: { ...options, link: { href: filled } } };
}

/** Option values are JSON, so that a number stays a number. */
function renderSelect(
  property: TemplateProperty,
  options: Options,
  value: unknown,
  common: Html,
  isText: boolean,
): Html {
  const written = (one: unknown) => (isText ? scalarText(one) : JSON.stringify(one));
  const { inline = [], link } = options;
  const choices = inline.map(
    (one) =>
      html`<option value="${written(one.value)}"${one.value === value && html` selected`}>${one.prompt}</option>`,
  );
  const current =
    link && value !== undefined
      ? html`<option value="${written(value)}" selected>${scalarText(value)}</option>`
      : undefined;
  return html`<select ${common}${!isText && html` data-json`}${link && remoteOptions(options)}><option value="">${property.required ? 'Choose' : '–'}</option>${choices}${current}</select>`;
}

/** Tells the script where to fetch the options. */
const remoteOptions = ({ link, promptField = 'prompt', valueField = 'value' }: Options): Html =>
  html` data-options="${link?.href}" data-prompt="${promptField}" data-choice="${valueField}"`;

/** Removes "id" from the label if people choose by name. */
function labelOf({ prompt, options }: TemplateProperty): string {
  const { link, promptField, valueField } = (options ?? {}) as Options;
  return link !== undefined && promptField !== valueField ? prompt.replace(/ id$/i, '') : prompt;
}

const attribute = (name: string, value: unknown): Html | false =>
  value !== undefined && value !== null && html` ${name}="${scalarText(value)}"`;

/**
 * The pattern as HTML requires it, with the flag `v`, under which a hyphen at the end of a class must be escaped.
 * Undefined if it is still invalid; then only the service checks it.
 */
function patternOf(regex: unknown): string | undefined {
  if (typeof regex !== 'string') return undefined;
  return [regex, regex.replaceAll(/(?<!\\)-\]/g, '\\-]')].find((pattern) => {
    try {
      return new RegExp(pattern, 'v');
    } catch {
      return false;
    }
  });
}
