/**
 * A document with one media type for each response, from which clients are generated with one type for each: the one
 * that is asked for where a response has it, and otherwise the first that it has. A client that is made from it sends
 * that media type as `Accept`.
 */
import type { Steps } from '../incremental.ts';
import { isObject, type Json, walkInSteps } from '../load/grammar.ts';

/** The media types of the successful responses of a document, without their parameters. */
export function* responseTypes(document: Json): Steps<Set<string>> {
  const found = new Set<string>();
  yield* walkInSteps(document, (node, kind) => {
    if (kind === 'response') for (const type of Object.keys(contentOf(node))) found.add(essence(type));
    return node;
  });
  return found;
}

export const withOneType = (document: Json, mediaType: string): Steps<Json> =>
  walkInSteps(document, (node, kind) => {
    if (kind !== 'response') return node;
    const entries = Object.entries(contentOf(node));
    const [kept] = [...entries.filter(([type]) => essence(type) === essence(mediaType)), ...entries];
    return kept === undefined ? node : { ...node, content: Object.fromEntries([kept]) };
  });

const contentOf = ({ content }: Json): Json => (isObject(content) ? content : {});

const essence = (type: string): string => (type.split(';', 1)[0] ?? '').trim().toLowerCase();
