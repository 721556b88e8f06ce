/**
 * A property of a template → what a person fills in, with the constraints of the contract. Objects are groups of
 * controls, arrays are lists of them that grow and shrink.
 *
 * `data-member` and `data-row` are what the script reads the JSON from.
 */
import type { SchemaObject } from 'openapi3-ts/oas31';
import { type Html, html } from '../../../http/page/html.ts';
import { type TemplateProperty, templateProperties, templateProperty } from '../../template.ts';
import { input } from './input.ts';
import { isObject } from './readable.ts';

/**
 * @param value what it is now, to begin with
 * @param prefix of its ids
 */
export function control(property: TemplateProperty, value: unknown, prefix: string): Html {
  const id = `${prefix}-${property.name}`;
  const schema = property.schema as SchemaObject | undefined;
  if (schema?.type === 'object') return group(property, schema, value, id);
  if (schema?.type === 'array') return list(property, schema, value, id);
  return input(property, value, { id });
}

const legend = ({ prompt, required }: TemplateProperty): Html =>
  html`<legend>${prompt}${!required && html` <span class="optional">optional</span>`}</legend>`;

/** Where it is optional its members are asked for only when one of them is filled in. */
const group = (property: TemplateProperty, schema: SchemaObject, value: unknown, id: string): Html =>
  html`<fieldset data-member="${property.name}"${!property.required && html` data-optional`}>${legend(property)}
${members(schema, value, id)}<p class="fault" id="${id}-fault" data-fault hidden></p></fieldset>`;

const members = (schema: SchemaObject, value: unknown, id: string): Html[] =>
  templateProperties({}, schema).map((member) =>
    control(member, isObject(value) ? value[member.name] : undefined, id),
  );

function list(property: TemplateProperty, schema: SchemaObject, value: unknown, id: string): Html {
  const { minItems = 0, maxItems, items = {} } = schema;
  const least = property.required ? minItems : 0;
  const given = Array.isArray(value) ? value : [];
  const rows = [...given, ...Array<undefined>(Math.max(0, least - given.length)).fill(undefined)];
  return html`<fieldset data-member="${property.name}"${!property.required && html` data-optional`} data-list data-least="${least}" data-most="${maxItems}">${legend(property)}
<ol data-rows>${rows.map((one, index) => row(items, one, `${id}-${index}`))}</ol>
<template>${row(items, undefined, `${id}-new`)}</template>
<p class="fault" id="${id}-fault" data-fault hidden></p>
<button type="button" data-add>Add<span class="hidden">: ${property.prompt}</span></button></fieldset>`;
}

function row(items: object, value: unknown, id: string): Html {
  const schema = items as SchemaObject;
  const content =
    schema.type === 'object'
      ? members(schema, value, id)
      : control(templateProperty('', schema, true), value, id);
  return html`<li data-row><div class="row">${content}</div>
<button type="button" data-remove>Remove</button></li>`;
}
