/** One named value that comes as text, a parameter or a field of a form: how it is written, and what it takes. */

import { isJsonType } from '../../../http/body/json-type.ts';
import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import type { Located } from '../schema/json-node.ts';
import { isOpen, itemsOf, propertiesOf, typesOf } from '../schema/schema-properties.ts';
import type { Form, Style } from './style.ts';

export interface Field extends Style {
  readonly isJson: boolean;
  /** The type, where only numbers are taken: as JSON writes them, not as JavaScript reads them (`0x10`, ` 1`). */
  readonly numeric: 'integer' | 'number' | undefined;
  readonly takesEmpty: boolean;
  /** Where each member of an object has a name of its own (`form` or `deepObject`, exploded). */
  readonly members: Members | undefined;
}

interface Members {
  readonly isDeep: boolean;
  readonly names: ReadonlySet<string>;
  /** Whether it takes others as well. */
  readonly isOpen: boolean;
}

/** What a Parameter Object or an Encoding Object says (OpenAPI 3.1 §4.8.12, §4.8.15). */
export interface Written {
  readonly style?: unknown;
  readonly explode?: unknown;
  readonly allowEmptyValue?: unknown;
  /** The media type of its value, where that is written in one. */
  readonly contentType?: string | undefined;
}

export function fieldOf(
  document: Json,
  name: string,
  written: Written,
  schema: Located | undefined,
  defaultStyle: 'form' | 'simple',
): Field {
  const types = schema ? typesOf(document, schema) : new Set<string>();
  const style = String(written.style ?? defaultStyle);
  const explode = Boolean(written.explode ?? style === 'form');
  const hasType = written.contentType !== undefined;
  const form = hasType ? 'scalar' : formOf(types);
  const isDeep = style === 'deepObject';
  const items = schema && form === 'array' ? itemsOf(document, schema) : undefined;
  return {
    ...{ name, style, explode, form },
    isJson: hasType && isJsonType(written.contentType ?? ''),
    numeric: numberOf(items ? typesOf(document, items) : types),
    takesEmpty: written.allowEmptyValue === true,
    members:
      schema && form === 'object' && (isDeep || (style === 'form' && explode))
        ? {
            isDeep,
            names: new Set(propertiesOf(document, schema).keys()),
            isOpen: isOpen(document, schema),
          }
        : undefined,
  };
}

/** A parameter whose value is written in a media type has that instead of a style. */
export function contentOf(parameter: Json): string | undefined {
  return isObject(parameter.content) ? Object.keys(parameter.content)[0] : undefined;
}

function formOf(types: ReadonlySet<string>): Form {
  if (types.has('object') && !types.has('array')) return 'object';
  if (!types.has('array')) return 'scalar';
  return [...types].some((type) => type !== 'array' && type !== 'null') ? 'either' : 'array';
}

function numberOf(types: ReadonlySet<string>): Field['numeric'] {
  const [type] = types;
  return types.size === 1 && (type === 'integer' || type === 'number') ? type : undefined;
}
