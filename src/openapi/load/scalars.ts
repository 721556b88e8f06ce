/** The expected types of members of OpenAPI objects, as far as the code reads them: see `drop-invalid.ts`. */
import { isObject, type Json, type Kind } from './grammar.ts';

export interface Scalar {
  readonly expected: string;
  is(value: unknown): boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string';

export const text: Scalar = { expected: 'a string', is: isText };
/** Unlike other strings, not converted from a YAML number. */
export const reference: Scalar = { expected: 'a reference', is: isText };
const texts: Scalar = {
  expected: 'a list of strings',
  is: (value) => Array.isArray(value) && value.every(isText),
};
const types: Scalar = {
  expected: 'a type, or a list of types',
  is: (value) => isText(value) || texts.is(value),
};
const list: Scalar = { expected: 'a list', is: Array.isArray };
const object: Scalar = { expected: 'an object', is: isObject };
const servers: Scalar = {
  expected: 'a list of servers',
  is: (value) => Array.isArray(value) && value.every((one) => isObject(one) && isText(one.url)),
};
const tags: Scalar = {
  expected: 'a list of tags',
  is: (value) =>
    Array.isArray(value) &&
    value.every(
      (one) =>
        isObject(one) && isText(one.name) && (one.description === undefined || isText(one.description)),
    ),
};
const choice: Scalar = {
  expected: 'an object with propertyName',
  is: (value) =>
    isObject(value) && isText(value.propertyName) && (value.mapping === undefined || isObject(value.mapping)),
};

const described = { summary: text, description: text };

export const SCALARS: Partial<Record<Kind, Readonly<Record<string, Scalar>>>> = {
  document: { servers, tags, externalDocs: object },
  pathItem: { ...described, servers },
  operation: { ...described, operationId: text, tags: texts, servers, externalDocs: object, 'x-entry': text },
  parameter: { description: text, name: text, in: text, style: text, 'x-batches': text },
  requestBody: { description: text },
  response: { ...described, 'x-each': text },
  link: { description: text, operationId: text, operationRef: text, parameters: object },
  example: described,
  schema: {
    title: text,
    description: text,
    type: types,
    format: text,
    required: texts,
    enum: list,
    examples: list,
    discriminator: choice,
    $id: text,
    $anchor: text,
  },
};

/** Members of the Info Object, which every document has (OpenAPI 3.1 §4.8.2). */
export const INFO: Readonly<Record<string, Scalar>> = {
  title: text,
  version: text,
  ...described,
  termsOfService: text,
  contact: object,
  license: object,
};

export const DEFAULT_INFO: Json = { title: 'Untitled', version: '0.0.0' };
