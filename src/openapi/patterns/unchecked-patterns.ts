/** Patterns of a document that no engine matches in time that grows with the text: values are not held to them. */
import { atOnce, type Steps } from '../incremental.ts';
import type { DocumentFault } from '../load/document-fault.ts';
import { isObject } from '../load/grammar.ts';
import { lookThrough } from '../merge/dangling-references.ts';
import { isUnchecked } from './pattern.ts';

/** Each by its JSON Pointer. */
export const uncheckedPatterns = (document: object): DocumentFault[] => atOnce(uncheckedInSteps(document));

export function* uncheckedInSteps(document: object): Steps<DocumentFault[]> {
  const faults: DocumentFault[] = [];
  const known = new Map<string, boolean>();
  const isTold = (pattern: unknown): pattern is string => {
    if (typeof pattern !== 'string') return false;
    const told = known.get(pattern) ?? isUnchecked(pattern);
    known.set(pattern, told);
    return told;
  };
  yield* lookThrough(document, ({ pattern, patternProperties }, pointer) => {
    const patterns = [pattern, ...(isObject(patternProperties) ? Object.keys(patternProperties) : [])];
    for (const one of patterns.filter(isTold)) faults.push({ pointer, reason: reasonOf(one) });
  });
  return faults;
}

/** A pattern may be as long as it likes. */
const MOST_CHARACTERS = 100;

const reasonOf = (pattern: string): string =>
  `has the pattern ${pattern.length > MOST_CHARACTERS ? `${pattern.slice(0, MOST_CHARACTERS)}…` : pattern}, which is not checked: it looks around or back where no engine can do that in time that grows with the text`;
