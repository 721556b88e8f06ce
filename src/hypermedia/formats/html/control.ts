/**
 * Renders a template property as form controls with the constraints of the contract. Objects are groups of
 * controls, and arrays are lists of controls that grow and shrink.
 *
 * The script reads the JSON by `data-member` and `data-row`.
 */
import type { SchemaObject } from 'openapi3-ts/oas31';
import { type Html, html } from '../../../http/page/html.ts';
import { isJsonObject } from '../../../openapi/is-object.ts';
import { memberProperties, type TemplateProperty, templateProperty } from '../../graph/form-properties.ts';
import { type ControlContext, input } from './input.ts';

/**
 * @param value the initial value
 * @param parent the context of the parent, whose id is the prefix
 */
export function control(property: TemplateProperty, value: unknown, parent: ControlContext): Html | false {
  if (parent.budget !== undefined && --parent.budget.controls < 0) return false;
  const place = nestedContext(parent, property.name);
  const schema = property.schema as SchemaObject | undefined;
  if (schema?.type === 'object') return group(property, schema, value, place);
  if (schema?.type === 'array') return list(property, schema, value, place);
  return input(property, value, place);
}

const nestedContext = (place: ControlContext, name: string): ControlContext => ({
  ...place,
  id: `${place.id}-${name}`,
});

const legend = ({ prompt, required }: TemplateProperty): Html =>
  html`<legend>${prompt}${!required && html` <span class="optional">optional</span>`}</legend>`;

/** The members of an optional object are required only if one of them is filled in. */
const group = (
  property: TemplateProperty,
  schema: SchemaObject,
  value: unknown,
  place: ControlContext,
): Html =>
  html`<fieldset data-member="${property.name}"${!property.required && html` data-optional`}>${legend(property)}
${members(schema, value, place)}<p class="fault" id="${place.id}-fault" data-fault hidden></p></fieldset>`;

const members = (schema: SchemaObject, value: unknown, place: ControlContext): (Html | false)[] =>
  memberProperties(schema).map((member) =>
    control(member, isJsonObject(value) ? value[member.name] : undefined, place),
  );

const MAX_EMPTY_ROWS = 20;

function list(property: TemplateProperty, schema: SchemaObject, value: unknown, place: ControlContext): Html {
  const { minItems = 0, maxItems, items = {} } = schema;
  const minRows = property.required ? minItems : 0;
  const values = Array.isArray(value) ? value : [];
  // A document may require more rows than people fill in; they can add more.
  const missing = Math.min(MAX_EMPTY_ROWS, Math.max(0, minRows - values.length));
  const rows = [...values, ...Array<undefined>(missing).fill(undefined)];
  return html`<fieldset data-member="${property.name}"${!property.required && html` data-optional`} data-list data-least="${minRows}" data-most="${maxItems}">${legend(property)}
<ol data-rows>${rows.map((one, index) => row(items, one, nestedContext(place, String(index))))}</ol>
<template>${row(items, undefined, nestedContext(place, 'new'))}</template>
<p class="fault" id="${place.id}-fault" data-fault hidden></p>
<button type="button" data-add>Add<span class="hidden">: ${property.prompt}</span></button></fieldset>`;
}

function row(items: object, value: unknown, place: ControlContext): Html {
  const schema = items as SchemaObject;
  const content =
    schema.type === 'object'
      ? members(schema, value, place)
      : control(templateProperty('', schema, true), value, place);
  return html`<li data-row><div class="row">${content}</div>
<button type="button" data-remove>Remove</button></li>`;
}
