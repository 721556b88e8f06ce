/**
 * `uniqueItems` (JSON Schema 2020-12, Validation §6.4.3) in linear time: each item is serialized once. Comparing
 * each pair of items of a large list could block the process for minutes.
 */
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { isObject } from '../../../openapi/load/grammar.ts';

const KEYWORD = 'uniqueItems';

export function addUniqueItems(ajv: Ajv2020): void {
  ajv.removeKeyword(KEYWORD);
  ajv.addKeyword({
    keyword: KEYWORD,
    type: 'array',
    schemaType: 'boolean',
    validate: (isOn: boolean, items: readonly unknown[]) =>
      !isOn || new Set(items.map(canonicalText)).size === items.length,
    error: { message: 'must not contain duplicate items' },
  });
}

/** A text that is equal for equal values: the order of members has no meaning (RFC 8259 §4). */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).toSorted();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`).join()}}`;
}
