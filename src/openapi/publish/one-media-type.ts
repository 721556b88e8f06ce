/**
 * A document with one media type for each response, from which clients are generated with one type for each: the one
 * that is asked for where a response has it, and otherwise the first that it has. A client that is made from it sends
 * that media type as `Accept`.
 */
import type { Incremental } from '../incremental.ts';
import { isObject, type Json, walkIncrementally } from '../load/grammar.ts';

/** The media types of the successful responses of a document, without their parameters. */
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
