/** A parameter or form field that is sent as text: its serialization, and what its schema accepts. */

import { isJsonType } from '../../../http/body/json-type.ts';
import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import type { JsonNode } from '../schema/json-node.ts';
import { allowsOtherMembers, itemsOf, propertiesOf, typesOf } from '../schema/schema-properties.ts';
import type { Style, ValueShape } from './style.ts';

export interface Field extends Style {
  readonly isJson: boolean;
  /**
   * The type, if only numbers are accepted. They are parsed as JSON numbers, not as JavaScript would (`0x10`, `
   * 1`).
   */
  readonly numeric: 'integer' | 'number' | undefined;
  readonly allowsEmpty: boolean;
  /** Set if each member of an object is sent under its own name (`form` or `deepObject`, exploded). */
  readonly members: ExplodedMembers | undefined;
}

interface ExplodedMembers {
  readonly isDeep: boolean;
  readonly names: ReadonlySet<string>;
  /** Whether other members are allowed too. */
  readonly allowsOthers: boolean;
}

/** The serialization that a Parameter Object or an Encoding Object declares (OpenAPI 3.1 §4.8.12, §4.8.15). */
export interface Serialization {
  readonly style?: unknown;
  readonly explode?: unknown;
  readonly allowEmptyValue?: unknown;
  /** The media type of the value, if it is serialized by one. */
  readonly contentType?: string | undefined;
}

export function createField(
  document: Json,
  name: string,
  serialization: Serialization,
  schema: JsonNode | undefined,
  defaultStyle: 'form' | 'simple',
): Field {
  const types = schema ? typesOf(document, schema) : new Set<string>();
  const style = String(serialization.style ?? defaultStyle);
  const explode = Boolean(serialization.explode ?? style === 'form');
  const hasType = serialization.contentType !== undefined;
  const form = hasType ? 'scalar' : valueShapeOf(types);
  const isDeep = style === 'deepObject';
  const items = schema && form === 'array' ? itemsOf(document, schema) : undefined;
  return {
    name,
    style,
    explode,
    shape: form,
    isJson: hasType && isJsonType(serialization.contentType ?? ''),
    numeric: numericTypeOf(items ? typesOf(document, items) : types),
    allowsEmpty: serialization.allowEmptyValue === true,
    members:
      schema && form === 'object' && (isDeep || (style === 'form' && explode))
        ? {
            isDeep,
            names: new Set(propertiesOf(document, schema).keys()),
            allowsOthers: allowsOtherMembers(document, schema),
          }
        : undefined,
  };
}

/** The media type of a parameter that is serialized by one instead of a style. */
export function contentTypeOf(parameter: Json): string | undefined {
  return isObject(parameter.content) ? Object.keys(parameter.content)[0] : undefined;
}

function valueShapeOf(types: ReadonlySet<string>): ValueShape {
  if (types.has('object') && !types.has('array')) return 'object';
  if (!types.has('array')) return 'scalar';
  return [...types].some((type) => type !== 'array' && type !== 'null') ? 'either' : 'array';
}

function numericTypeOf(types: ReadonlySet<string>): Field['numeric'] {
  const [type] = types;
  return types.size === 1 && (type === 'integer' || type === 'number') ? type : undefined;
}
