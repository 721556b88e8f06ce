/**
 * A property of a template → what a person fills in, with the constraints of the contract. Objects are groups of
 * controls, arrays are lists of them that grow and shrink.
 *
 * `data-member` and `data-row` are what the script reads the JSON from.
 */
import type { SchemaObject } from 'openapi3-ts/oas31';
import { type Html, html } from '../../../http/page/html.ts';
import { isJsonObject } from '../../../openapi/is-object.ts';
import { memberProperties, type TemplateProperty, templateProperty } from '../../graph/form-properties.ts';
import { input, type Place } from './input.ts';

/**
 * @param value what it is now, to begin with
 * @param around where it stands: what it is in has the id
 */
export function control(property: TemplateProperty, value: unknown, around: Place): Html | false {
  if (around.room !== undefined && --around.room.controls < 0) return false;
  const place = within(around, property.name);
  const schema = property.schema as SchemaObject | undefined;
  if (schema?.type === 'object') return group(property, schema, value, place);
  if (schema?.type === 'array') return list(property, schema, value, place);
  return input(property, value, place);
}

const within = (place: Place, name: string): Place => ({ ...place, id: `${place.id}-${name}` });

const legend = ({ prompt, required }: TemplateProperty): Html =>
  html`<legend>${prompt}${!required && html` <span class="optional">optional</span>`}</legend>`;

/** Where it is optional its members are asked for only when one of them is filled in. */
const group = (property: TemplateProperty, schema: SchemaObject, value: unknown, place: Place): Html =>
  html`<fieldset data-member="${property.name}"${!property.required && html` data-optional`}>${legend(property)}
${members(schema, value, place)}<p class="fault" id="${place.id}-fault" data-fault hidden></p></fieldset>`;

const members = (schema: SchemaObject, value: unknown, place: Place): (Html | false)[] =>
  memberProperties(schema).map((member) =>
    control(member, isJsonObject(value) ? value[member.name] : undefined, place),
  );

const MOST_EMPTY_ROWS = 20;

function list(property: TemplateProperty, schema: SchemaObject, value: unknown, place: Place): Html {
  const { minItems = 0, maxItems, items = {} } = schema;
  const least = property.required ? minItems : 0;
  const given = Array.isArray(value) ? value : [];
  // A document may ask for more than anybody fills in; more can be added.
  const missing = Math.min(MOST_EMPTY_ROWS, Math.max(0, least - given.length));
  const rows = [...given, ...Array<undefined>(missing).fill(undefined)];
  return html`<fieldset data-member="${property.name}"${!property.required && html` data-optional`} data-list data-least="${least}" data-most="${maxItems}">${legend(property)}
<ol data-rows>${rows.map((one, index) => row(items, one, within(place, String(index))))}</ol>
<template>${row(items, undefined, within(place, 'new'))}</template>
<p class="fault" id="${place.id}-fault" data-fault hidden></p>
<button type="button" data-add>Add<span class="hidden">: ${property.prompt}</span></button></fieldset>`;
}

function row(items: object, value: unknown, place: Place): Html {
  const schema = items as SchemaObject;
  const content =
    schema.type === 'object'
      ? members(schema, value, place)
      : control(templateProperty('', schema, true), value, place);
  return html`<li data-row><div class="row">${content}</div>
<button type="button" data-remove>Remove</button></li>`;
}
