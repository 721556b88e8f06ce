/** References within a document that lead nowhere, each by its JSON Pointer. */
import type { DocumentFault } from './fault.ts';
import { isObject } from './grammar.ts';
import { leadsNowhere } from './mend.ts';

/** What stands below is data of whoever wrote the document. */
const DATA: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'const', 'enum', 'value']);

export function danglingReferences(document: object): DocumentFault[] {
  const faults: DocumentFault[] = [];
  const visit = (node: unknown, pointer: string, isMap: boolean): void => {
    if (Array.isArray(node))
      for (const [index, one] of node.entries()) visit(one, `${pointer}/${index}`, false);
    if (!isObject(node)) return;
    const { $ref } = node;
    if (!isMap && typeof $ref === 'string' && leadsNowhere(document, $ref))
      faults.push({ pointer, reason: `refers to ${$ref}, which is not there` });
    for (const [name, value] of Object.entries(node))
      if (isMap || !(DATA.has(name) || name.startsWith('x-')))
        visit(value, `${pointer}/${escapeToken(name)}`, !isMap && name === 'properties');
  };
  visit(document, '#', false);
  return faults;
}

export const escapeToken = (name: string): string =>
  encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
