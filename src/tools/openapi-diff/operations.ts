/** What is different between an operation and the same of a newer document. */
import type { Json } from '../../openapi/load/grammar.ts';
import { below, type Direction, type Kind, type Spot, target } from './change.ts';
import { type Comparison, compareContent } from './content.ts';
import type { Operation } from './operation.ts';
import { compareParameters, parametersOf } from './parameters.ts';
import { compareResponses } from './responses.ts';
import type { About } from './schemas.ts';
import { isStricter } from './security.ts';

/** @param direction of its request */
export function compareOperations(
  old: Operation,
  now: Operation,
  direction: Direction,
  comparison: Comparison,
): void {
  const [before, after] = [old.operation, now.operation];
  const about: About = { direction, subject: now.name };
  const tell = (kind: Kind, reason: string) => comparison.changes.add(kind, now.name, now.pointer, reason);
  if (after.deprecated === true && before.deprecated !== true) tell('deprecating', 'is deprecated');
  if (before.operationId !== undefined && before.operationId !== after.operationId)
    tell(
      'breaking',
      `changed its operationId from ${before.operationId} to ${after.operationId ?? 'nothing'}`,
    );
  if (isStricter(comparison.old as Json, before, comparison.now as Json, after))
    tell('breaking', 'requires different credentials');
  compareParameters(parametersOf(comparison.old, old), parametersOf(comparison.now, now), about, comparison);
  const member = ({ operation, pointer }: Operation, name: string): Spot => ({
    value: operation[name],
    pointer: below(pointer, name),
  });
  compareBodies(member(old, 'requestBody'), member(now, 'requestBody'), about, comparison);
  const answered: About = { ...about, direction: direction === 'sent' ? 'received' : 'sent' };
  compareResponses(member(old, 'responses'), member(now, 'responses'), answered, comparison);
}

function compareBodies(old: Spot, now: Spot, about: About, comparison: Comparison): void {
  const [before, after] = [target(comparison.old, old), target(comparison.now, now)];
  const tell = (kind: Kind, pointer: string, reason: string) =>
    comparison.changes.add(kind, about.subject, pointer, reason);
  const isNeeded = after.node?.required === true;
  if (before.node === undefined) {
    if (after.node)
      tell(isNeeded ? 'breaking' : 'adding', after.pointer, isNeeded ? NEEDED : 'now accepts a body');
    return;
  }
  if (after.node === undefined) {
    tell('breaking', before.pointer, 'no longer accepts a body');
    return;
  }
  if (isNeeded && before.node.required !== true) tell('breaking', after.pointer, NEEDED);
  const contentOf = ({ node, pointer }: typeof before): Spot => ({
    value: node?.content,
    pointer: below(pointer, 'content'),
  });
  compareContent(contentOf(before), contentOf(after), about, comparison);
}

const NEEDED = 'now requires a body';
