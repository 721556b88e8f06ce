/**
 * What OpenAPI 3.2 says in other words than 3.1, in those of 3.1 while it is inside, and as it was where it is shown:
 * methods without a field of their own (§4.8.1), media types by reference (§4.7).
 */

import { atOnce, type Steps } from '../incremental.ts';
import { resolveReference } from '../reference.ts';
import { isObject, type Json, METHODS, OWN_FIELDS, walkInSteps } from './grammar.ts';

export const ADDITIONAL = 'additionalOperations';

const FIELDS: ReadonlySet<string> = new Set(METHODS);
const OWN: ReadonlySet<string> = new Set(OWN_FIELDS);

export const isNewest = ({ openapi }: Json): boolean => String(openapi).startsWith('3.2.');

export const fromNewest = (document: Json): Json => atOnce(fromNewestInSteps(document));

export function* fromNewestInSteps(document: Json): Steps<Json> {
  return yield* walkInSteps(document, (node, kind) => {
    if (kind === 'mediaType' && typeof node.$ref === 'string')
      return resolveReference<Json>(document, node) ?? {};
    return kind === 'pathItem' && isObject(node[ADDITIONAL]) ? flattened(node, node[ADDITIONAL]) : node;
  });
}

/** The other way, for what is shown. */
export function* toNewest(document: Json): Steps<Json> {
  return yield* walkInSteps(document, (node, kind) => (kind === 'pathItem' ? nested(node) : node));
}

function flattened({ [ADDITIONAL]: _, ...item }: Json, additional: Json): Json {
  const isServed = (method: string) => method === method.toUpperCase() && FIELDS.has(method.toLowerCase());
  const served = Object.entries(additional).filter(([method]) => isServed(method));
  const rest = Object.entries(additional).filter(([method]) => !isServed(method));
  return {
    ...Object.fromEntries(served.map(([method, operation]) => [method.toLowerCase(), operation])),
    ...item,
    ...(rest.length > 0 && { [ADDITIONAL]: Object.fromEntries(rest) }),
  };
}

function nested(item: Json): Json {
  const additional = Object.entries(item).filter(([field]) => FIELDS.has(field) && !OWN.has(field));
  if (additional.length === 0) return item;
  const others = Object.entries(item).filter(([field]) => !FIELDS.has(field) || OWN.has(field));
  const operations = additional.map(([method, operation]) => [method.toUpperCase(), operation]);
  return {
    ...Object.fromEntries(others),
    [ADDITIONAL]: { ...(item[ADDITIONAL] as Json | undefined), ...Object.fromEntries(operations) },
  };
}
