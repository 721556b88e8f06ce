/**
 * `uniqueItems` (JSON Schema 2020-12, Validation §6.4.3) in time that grows with the list: each item is written down
 * once, where comparing each with each would let a large list keep the process busy for minutes.
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

/** The same text for what is equal: the order of members says nothing (RFC 8259 §4). */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).toSorted();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`).join()}}`;
}
