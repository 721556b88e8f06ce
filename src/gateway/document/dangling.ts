/** References within a document that lead nowhere, each by its JSON Pointer. */
import type { DocumentFault } from './fault.ts';
import { isObject, type Json } from './grammar.ts';
import { leadsNowhere } from './mend.ts';

/** What stands below is data of whoever wrote the document. */
const DATA: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'const', 'enum', 'value']);

export function danglingReferences(document: object): DocumentFault[] {
  const faults: DocumentFault[] = [];
  lookThrough(document, ({ $ref }, pointer) => {
    if (typeof $ref === 'string' && leadsNowhere(document, $ref))
      faults.push({ pointer, reason: `refers to ${$ref}, which is not there` });
  });
  return faults;
}

/** Calls `visit` with every object that the document itself says something in, parents before children. */
export function lookThrough(document: object, visit: (node: Json, pointer: string) => void): void {
  const look = (node: unknown, pointer: string, isMap: boolean): void => {
    if (Array.isArray(node))
      for (const [index, one] of node.entries()) look(one, `${pointer}/${index}`, false);
    if (!isObject(node)) return;
    if (!isMap) visit(node, pointer);
    for (const [name, value] of Object.entries(node))
      if (isMap || !(DATA.has(name) || name.startsWith('x-')))
        look(value, `${pointer}/${escapeToken(name)}`, !isMap && name === 'properties');
  };
  look(document, '#', false);
}

export const escapeToken = (name: string): string =>
  encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
