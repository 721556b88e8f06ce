/**
 * A document in which no schema has a name of its own (`$id`, `$anchor`), nor anything that is only shown: what refers
 * to such a name goes unchecked then, and everything else does not.
 */
import { type Json, walk } from '../document/grammar.ts';

const NAMES = ['$id', '$anchor', '$dynamicAnchor'];

const isShown = (field: string): boolean => /^examples?$|^x-/.test(field);

export const withoutNames = (document: Json): Json =>
  walk(document, 'document', (node, kind) => {
    if (kind === 'example') return {};
    const kept = Object.entries(node).filter(
      ([field]) =>
        !(isShown(field) && !(kind === 'components' && field === 'examples')) &&
        !(kind === 'schema' && NAMES.includes(field)),
    );
    return Object.fromEntries(kept);
  }) as Json;
