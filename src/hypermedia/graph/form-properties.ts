/** Converts the JSON Schema of a request body to the properties of a HAL-FORMS template when a document is loaded. */
import type { ParameterObject, ReferenceObject, SchemaObject } from 'openapi3-ts/oas31';
import { resolveReference } from '../../openapi/reference.ts';
import { words } from '../words.ts';
import { inlineSchemas } from './inline-schemas.ts';

/** The schema member with the options of a nested value. */
export const OPTIONS = 'x-options';

/** A property of a template (HAL-FORMS, "The property element"). */
export interface TemplateProperty {
  readonly name: string;
  readonly prompt: string;
  readonly required: boolean;
  readonly [member: string]: unknown;
}

const inputTypes: Readonly<Record<string, string>> = {
  'date-time': 'datetime-local',
  date: 'date',
  time: 'time',
  email: 'email',
  uri: 'url',
};

/**
 * The properties of a form for a body with this schema. Objects and arrays have no HAL-FORMS type: they have their
 * JSON Schema in `schema`, for clients that can render them.
 */
export function templateProperties(
  document: object,
  body: SchemaObject | ReferenceObject,
): TemplateProperty[] {
  const { properties = {}, required = [] } = resolveReference<SchemaObject>(document, body) ?? {};
  const names = Object.keys(properties);
  const schemas = inlineSchemas(document, Object.values(properties));
  return memberProperties({
    properties: Object.fromEntries(names.map((name, index) => [name, schemas[index] as SchemaObject])),
    required,
  });
}

/** The form properties of a schema without references, such as a nested schema of a form. */
export function memberProperties({ properties = {}, required = [] }: SchemaObject): TemplateProperty[] {
  const isRequired = new Set(required);
  return Object.entries(properties).map(([name, property]) =>
    templateProperty(name, property as SchemaObject, isRequired.has(name)),
  );
}

export const templateProperty = (
  name: string,
  schema: SchemaObject,
  required: boolean,
): TemplateProperty => ({
  name,
  prompt: words(name),
  required,
  ...constraints(schema),
});

/** The form property of a query parameter. Its description is beside its schema, or in it. */
export const parameterProperty = (
  document: object,
  { name, required = false, schema = {}, description }: ParameterObject,
): TemplateProperty =>
  templateProperty(
    name,
    { ...(description && { description }), ...resolveReference<SchemaObject>(document, schema) },
    required,
  );

const BOOLEAN = [
  { prompt: 'Yes', value: true },
  { prompt: 'No', value: false },
];

/** `APPROVAL_PENDING` → `Approval pending`; `-createdAt`, as an order, → `Created at, descending`. */
const promptOf = (value: string): string =>
  value.startsWith('-') ? `${words(value.slice(1))}, descending` : words(value);

function constraints(schema: SchemaObject): Record<string, unknown> {
  if (schema.type === 'object' || schema.type === 'array') return { schema };
  const numeric = schema.type === 'integer' || schema.type === 'number';
  const choices = schema.enum?.map((value) => ({ prompt: promptOf(String(value)), value }));
  const inline = choices ?? (schema.type === 'boolean' ? BOOLEAN : undefined);
  const all = {
    type: numeric ? 'number' : inputTypes[schema.format ?? ''],
    placeholder: schema.description,
    regex: schema.pattern,
    minLength: schema.minLength,
    maxLength: schema.maxLength,
    min: schema.minimum,
    max: schema.maximum,
    step: schema.type === 'integer' ? 1 : undefined,
    value: schema.default,
    options: inline === undefined ? schema[OPTIONS] : { inline, maxItems: 1 },
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
