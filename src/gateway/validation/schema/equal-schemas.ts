/**
 * Detects equal schemas. Operations of a document often have the same parameters and small bodies, and compiling a
 * schema takes about a millisecond.
 */
import type { SchemaRoot } from './schema-graph.ts';

/** Schemas with more references are always compiled separately: comparing them would cost more. */
const MAX_ROOTS = 20;
const MAX_TEXT = 4096;

/** The result of these keywords depends on parts that were left out of the schema and are not in its text. */
const UNEVALUATED = '"unevaluated';

/** A text that is equal for equal schemas, including their references; undefined where that cannot be determined. */
export function canonicalText(root: SchemaRoot): string | undefined {
  const numbers = new Map([[root.id, 0]]);
  const roots = [root];
  let text = '';
  // The list grows during the iteration, by the references of each schema.
  for (const one of roots) {
    for (const ref of one.refs) {
      if (numbers.has(ref.id)) continue;
      numbers.set(ref.id, roots.push(ref) - 1);
      if (roots.length > MAX_ROOTS) return undefined;
    }
    const replacer = (key: string, value: unknown): unknown => {
      if (key === '$ref') return numbers.get(String(value)) ?? value;
      // JSON writes all of these as `null`.
      return typeof value === 'number' && !Number.isFinite(value) ? `number ${value}` : value;
    };
    text += `${JSON.stringify(one.schema, replacer)}\n`;
    if (text.length > MAX_TEXT) return undefined;
  }
  return text.includes(UNEVALUATED) ? undefined : text;
}
