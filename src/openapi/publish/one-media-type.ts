/**
 * Reduces each response of a document to one media type, so that code generators create one type for each response.
 * It is the requested media type if the response has it, and otherwise the first one. A generated client sends that
 * media type as `Accept`.
 */
import type { Incremental } from '../incremental.ts';
import { isObject, type Json, walkIncrementally } from '../load/grammar.ts';

/** The media types of the responses of a document, without parameters. */
export function* responseMediaTypes(document: Json): Incremental<Set<string>> {
  const found = new Set<string>();
  yield* walkIncrementally(document, (node, kind) => {
    if (kind === 'response') for (const type of Object.keys(contentOf(node))) found.add(essence(type));
    return node;
  });
  return found;
}

export const withSingleMediaType = (document: Json, mediaType: string): Incremental<Json> =>
  walkIncrementally(document, (node, kind) => {
    if (kind !== 'response') return node;
    const entries = Object.entries(contentOf(node));
    const [selected] = [...entries.filter(([type]) => essence(type) === essence(mediaType)), ...entries];
    return selected === undefined ? node : { ...node, content: Object.fromEntries([selected]) };
  });

const contentOf = ({ content }: Json): Json => (isObject(content) ? content : {});

const essence = (type: string): string => (type.split(';', 1)[0] ?? '').trim().toLowerCase();
