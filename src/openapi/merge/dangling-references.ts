/** References within a document that lead nowhere, each by its JSON Pointer. */
import { fragmentToken } from '../../contract/json-pointer.ts';
import { atOnce, type Steps } from '../incremental.ts';
import type { DocumentFault } from '../load/document-fault.ts';
import { isObject, type Json } from '../load/grammar.ts';
import { leadsNowhere } from './prune-references.ts';

/** What stands below is data of whoever wrote the document. */
const DATA: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'const', 'enum', 'value']);

export const danglingReferences = (document: object): DocumentFault[] => atOnce(danglingInSteps(document));

export function* danglingInSteps(document: object): Steps<DocumentFault[]> {
  const faults: DocumentFault[] = [];
  yield* lookThrough(document, ({ $ref }, pointer) => {
    if (typeof $ref === 'string' && leadsNowhere(document, $ref))
      faults.push({ pointer, reason: `refers to ${$ref}, which is not there` });
  });
  return faults;
}

/** Levels from the document down to a component: what is below is one step. */
const MOST_LEVELS = 3;

type Visit = (node: Json, pointer: string) => void;

/** Calls `visit` with every object that the document itself says something in, parents before children. */
export function* lookThrough(document: object, visit: Visit): Steps<void> {
  let level = [{ node: document as unknown, pointer: '#', isMap: false }];
  for (let depth = 0; depth < MOST_LEVELS; depth++) {
    const next: typeof level = [];
    for (const { node, pointer, isMap } of level)
      enter(node, pointer, isMap, visit, (inner, at, isNames) =>
        next.push({ node: inner, pointer: at, isMap: isNames }),
      );
    level = next;
  }
  const look = (node: unknown, pointer: string, isMap: boolean): void =>
    enter(node, pointer, isMap, visit, look);
  for (const { node, pointer, isMap } of level) {
    look(node, pointer, isMap);
    yield;
  }
}

function enter(
  node: unknown,
  pointer: string,
  isMap: boolean,
  visit: Visit,
  below: (node: unknown, pointer: string, isMap: boolean) => void,
): void {
  if (Array.isArray(node))
    for (const [index, one] of node.entries()) below(one, `${pointer}/${index}`, false);
  if (!isObject(node)) return;
  if (!isMap) visit(node, pointer);
  for (const [name, value] of Object.entries(node))
    if (typeof value === 'object' && (isMap || !(DATA.has(name) || name.startsWith('x-'))))
      below(value, `${pointer}/${fragmentToken(name)}`, !isMap && name === 'properties');
}
