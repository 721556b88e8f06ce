/**
 * Tells schemas that say the same: operations of a document often have the same parameters and the same small bodies,
 * and compiling a schema costs about a millisecond.
 */
import type { SchemaRoot } from './schema-graph.ts';

/** What refers to more is compiled by itself: writing it out for each use would cost more. */
const MAX_ROOTS = 20;
const MAX_TEXT = 4096;

/** It depends on what was left out of a schema, which its text does not say. */
const UNEVALUATED = '"unevaluated';

/** The same text for schemas that say the same, with what they refer to; undefined where that is not told. */
export function canonicalText(root: SchemaRoot): string | undefined {
  const numbers = new Map([[root.id, 0]]);
  const roots = [root];
  let text = '';
  // Grows while it is iterated, by what each refers to.
  for (const one of roots) {
    for (const ref of one.refs) {
      if (numbers.has(ref.id)) continue;
      numbers.set(ref.id, roots.push(ref) - 1);
      if (roots.length > MAX_ROOTS) return undefined;
    }
    const replacer = (key: string, value: unknown): unknown => {
      if (key === '$ref') return numbers.get(String(value)) ?? value;
      // JSON has one text for all of these.
      return typeof value === 'number' && !Number.isFinite(value) ? `number ${value}` : value;
    };
    text += `${JSON.stringify(one.schema, replacer)}\n`;
    if (text.length > MAX_TEXT) return undefined;
  }
  return text.includes(UNEVALUATED) ? undefined : text;
}
