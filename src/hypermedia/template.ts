/** JSON Schema of a request body → the properties of a HAL-FORMS template, made when a document is loaded. */
import type { OpenAPIObject, ReferenceObject, SchemaObject } from 'openapi3-ts/oas31';
import { resolveReference } from './reference.ts';

/** A property of a template (HAL-FORMS, "The property element"). */
export interface TemplateProperty {
  readonly name: string;
  readonly prompt: string;
  readonly required: boolean;
  readonly [member: string]: unknown;
}

/** `deliveryTime` → `Delivery time`. */
const promptOf = (name: string): string => {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const inputTypes: Readonly<Record<string, string>> = {
  'date-time': 'datetime-local',
  date: 'date',
  time: 'time',
  email: 'email',
  uri: 'url',
};

/**
 * The properties of a form for a body of this schema. Objects and arrays have no HAL-FORMS type: they are
 * listed with their JSON Schema in `schema`, for clients that can build them.
 */
export function templateProperties(
  document: OpenAPIObject,
  body: SchemaObject | ReferenceObject,
): TemplateProperty[] {
  const { properties = {}, required = [] } = resolveReference<SchemaObject>(document, body) ?? {};
  return Object.entries(properties).map(([name, property]) => ({
    name,
    prompt: promptOf(name),
    required: required.includes(name),
    ...constraints(resolveReference<SchemaObject>(document, property) ?? {}),
  }));
}

function constraints(schema: SchemaObject): Record<string, unknown> {
  if (schema.type === 'object' || schema.type === 'array') return { schema };
  const numeric = schema.type === 'integer' || schema.type === 'number';
  const inline = schema.enum?.map((value) => ({ prompt: String(value), value }));
  const all = {
    type: numeric ? 'number' : inputTypes[schema.format ?? ''],
    placeholder: schema.description,
    regex: schema.pattern,
    minLength: schema.minLength,
    maxLength: schema.maxLength,
    min: schema.minimum,
    max: schema.maximum,
    value: schema.default,
    options: inline === undefined ? undefined : { inline, maxItems: 1 },
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
