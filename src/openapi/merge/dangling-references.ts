/** Finds broken references within a document, each with its JSON Pointer. */
import { fragmentToken } from '../../contract/json-pointer.ts';
import { type Incremental, runToCompletion } from '../incremental.ts';
import type { DocumentFault } from '../load/document-fault.ts';
import { isObject, type Json } from '../load/grammar.ts';
import { isBroken } from './prune-references.ts';

/** Fields whose values are literal data of the author. */
const LITERAL_FIELDS: ReadonlySet<string> = new Set([
  'example',
  'examples',
  'default',
  'const',
  'enum',
  'value',
]);

export const danglingReferences = (document: object): DocumentFault[] =>
  runToCompletion(danglingReferencesIncrementally(document));

export function* danglingReferencesIncrementally(document: object): Incremental<DocumentFault[]> {
  const faults: DocumentFault[] = [];
  yield* visitObjects(document, ({ $ref }, pointer) => {
    if (typeof $ref === 'string' && isBroken(document, $ref))
      faults.push({ pointer, reason: `refers to ${$ref}, which does not exist` });
  });
  return faults;
}

/** Levels from the document to a component. Everything below is one step. */
const MAX_LEVELS = 3;

type VisitObject = (node: Json, pointer: string) => void;

/** Calls `visit` with every object except literal data, parents before children. */
export function* visitObjects(document: object, visit: VisitObject): Incremental<void> {
  let level = [{ node: document as unknown, pointer: '#', isMap: false }];
  for (let depth = 0; depth < MAX_LEVELS; depth++) {
    const next: typeof level = [];
    for (const { node, pointer, isMap } of level)
      visitNode(node, pointer, isMap, visit, (inner, at, isMapOfNames) =>
        next.push({ node: inner, pointer: at, isMap: isMapOfNames }),
      );
    level = next;
  }
  const visitBelow = (node: unknown, pointer: string, isMap: boolean): void =>
    visitNode(node, pointer, isMap, visit, visitBelow);
  for (const { node, pointer, isMap } of level) {
    visitBelow(node, pointer, isMap);
    yield;
  }
}

function visitNode(
  node: unknown,
  pointer: string,
  isMap: boolean,
  visit: VisitObject,
  visitChild: (node: unknown, pointer: string, isMap: boolean) => void,
): void {
  if (Array.isArray(node))
    for (const [index, one] of node.entries()) visitChild(one, `${pointer}/${index}`, false);
  if (!isObject(node)) return;
  if (!isMap) visit(node, pointer);
  for (const [name, value] of Object.entries(node))
    if (typeof value === 'object' && (isMap || !(LITERAL_FIELDS.has(name) || name.startsWith('x-'))))
      visitChild(value, `${pointer}/${fragmentToken(name)}`, !isMap && name === 'properties');
}
