/** Compares two versions of an operation. */
import type { Json } from '../../openapi/load/grammar.ts';
import { appendPointer, type Direction, dereference, type Kind, type LocatedValue } from './change.ts';
import { type Comparison, compareContent } from './content.ts';
import type { Operation } from './operation.ts';
import { compareParameters, parametersOf } from './parameters.ts';
import { compareResponses } from './responses.ts';
import type { ComparisonSubject } from './schemas.ts';
import { isStricter } from './security.ts';

/** @param direction the direction of the request */
export function compareOperations(
  old: Operation,
  now: Operation,
  direction: Direction,
  comparison: Comparison,
): void {
  const [before, after] = [old.operation, now.operation];
  const about: ComparisonSubject = { direction, subject: now.name };
  const report = (kind: Kind, reason: string) => comparison.changes.add(kind, now.name, now.pointer, reason);
  if (after.deprecated === true && before.deprecated !== true) report('deprecating', 'is deprecated');
  if (before.operationId !== undefined && before.operationId !== after.operationId)
    report(
      'breaking',
      `changed its operationId from ${before.operationId} to ${after.operationId ?? 'nothing'}`,
    );
  if (isStricter(comparison.old as Json, before, comparison.now as Json, after))
    report('breaking', 'requires different credentials');
  compareParameters(parametersOf(comparison.old, old), parametersOf(comparison.now, now), about, comparison);
  const member = ({ operation, pointer }: Operation, name: string): LocatedValue => ({
    value: operation[name],
    pointer: appendPointer(pointer, name),
  });
  compareBodies(member(old, 'requestBody'), member(now, 'requestBody'), about, comparison);
  const answered: ComparisonSubject = { ...about, direction: direction === 'sent' ? 'received' : 'sent' };
  compareResponses(member(old, 'responses'), member(now, 'responses'), answered, comparison);
}

function compareBodies(
  old: LocatedValue,
  now: LocatedValue,
  about: ComparisonSubject,
  comparison: Comparison,
): void {
  const [before, after] = [dereference(comparison.old, old), dereference(comparison.now, now)];
  const report = (kind: Kind, pointer: string, reason: string) =>
    comparison.changes.add(kind, about.subject, pointer, reason);
  const isNeeded = after.node?.required === true;
  if (before.node === undefined) {
    if (after.node)
      report(isNeeded ? 'breaking' : 'adding', after.pointer, isNeeded ? NEEDED : 'now accepts a body');
    return;
  }
  if (after.node === undefined) {
    report('breaking', before.pointer, 'no longer accepts a body');
    return;
  }
  if (isNeeded && before.node.required !== true) report('breaking', after.pointer, NEEDED);
  const contentOf = ({ node, pointer }: typeof before): LocatedValue => ({
    value: node?.content,
    pointer: appendPointer(pointer, 'content'),
  });
  compareContent(contentOf(before), contentOf(after), about, comparison);
}

const NEEDED = 'now requires a body';
