/** Finds the patterns of a document that no engine matches in linear time. They are not checked. */
import { type Incremental, runToCompletion } from '../incremental.ts';
import type { DocumentFault } from '../load/document-fault.ts';
import { isObject } from '../load/grammar.ts';
import { visitObjects } from '../merge/dangling-references.ts';
import { isUnchecked } from './pattern.ts';

/** The unchecked patterns, each with its JSON Pointer. */
export const uncheckedPatterns = (document: object): DocumentFault[] =>
  runToCompletion(uncheckedPatternsIncrementally(document));

export function* uncheckedPatternsIncrementally(document: object): Incremental<DocumentFault[]> {
  const faults: DocumentFault[] = [];
  const known = new Map<string, boolean>();
  const isReported = (pattern: unknown): pattern is string => {
    if (typeof pattern !== 'string') return false;
    const isUncheckedPattern = known.get(pattern) ?? isUnchecked(pattern);
    known.set(pattern, isUncheckedPattern);
    return isUncheckedPattern;
  };
  yield* visitObjects(document, ({ pattern, patternProperties }, pointer) => {
    const patterns = [pattern, ...(isObject(patternProperties) ? Object.keys(patternProperties) : [])];
    for (const one of patterns.filter(isReported)) faults.push({ pointer, reason: reasonOf(one) });
  });
  return faults;
}

/** The longest part of a pattern that a message shows. */
const MAX_CHARACTERS = 100;

const reasonOf = (pattern: string): string =>
  `has the pattern ${pattern.length > MAX_CHARACTERS ? `${pattern.slice(0, MAX_CHARACTERS)}…` : pattern}, which is not checked: its lookaround or backreference cannot be matched in linear time`;
