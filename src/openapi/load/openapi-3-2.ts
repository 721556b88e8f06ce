/**
 * Translates between OpenAPI 3.2 and 3.1. Documents are 3.1 internally and are published as 3.2: methods without a
 * field of their own (§4.8.1), media types by reference (§4.7).
 */

import { type Incremental, runToCompletion } from '../incremental.ts';
import { resolveReference } from '../reference.ts';
import { isObject, type Json, METHOD_FIELDS, METHODS, walkIncrementally } from './grammar.ts';

export const ADDITIONAL_OPERATIONS = 'additionalOperations';

const ALL_METHODS: ReadonlySet<string> = new Set(METHODS);
const METHODS_WITH_FIELD: ReadonlySet<string> = new Set(METHOD_FIELDS);

export const isOpenApi32 = ({ openapi }: Json): boolean => String(openapi).startsWith('3.2.');

export const toOpenApi31 = (document: Json): Json => runToCompletion(toOpenApi31Incrementally(document));

export function* toOpenApi31Incrementally(document: Json): Incremental<Json> {
  return yield* walkIncrementally(document, (node, kind) => {
    if (kind === 'mediaType' && typeof node.$ref === 'string')
      return resolveReference<Json>(document, node) ?? {};
    return kind === 'pathItem' && isObject(node[ADDITIONAL_OPERATIONS])
      ? flattenAdditionalOperations(node, node[ADDITIONAL_OPERATIONS])
      : node;
  });
}

/** Translates back for publication. */
export function* toOpenApi32(document: Json): Incremental<Json> {
  return yield* walkIncrementally(document, (node, kind) =>
    kind === 'pathItem' ? nestAdditionalOperations(node) : node,
  );
}

function flattenAdditionalOperations({ [ADDITIONAL_OPERATIONS]: _, ...item }: Json, additional: Json): Json {
  const isSupported = (method: string) =>
    method === method.toUpperCase() && ALL_METHODS.has(method.toLowerCase());
  const supported = Object.entries(additional).filter(([method]) => isSupported(method));
  const rest = Object.entries(additional).filter(([method]) => !isSupported(method));
  return {
    ...Object.fromEntries(supported.map(([method, operation]) => [method.toLowerCase(), operation])),
    ...item,
    ...(rest.length > 0 && { [ADDITIONAL_OPERATIONS]: Object.fromEntries(rest) }),
  };
}

function nestAdditionalOperations(item: Json): Json {
  const additional = Object.entries(item).filter(
    ([field]) => ALL_METHODS.has(field) && !METHODS_WITH_FIELD.has(field),
  );
  if (additional.length === 0) return item;
  const others = Object.entries(item).filter(
    ([field]) => !ALL_METHODS.has(field) || METHODS_WITH_FIELD.has(field),
  );
  const operations = additional.map(([method, operation]) => [method.toUpperCase(), operation]);
  return {
    ...Object.fromEntries(others),
    [ADDITIONAL_OPERATIONS]: {
      ...(item[ADDITIONAL_OPERATIONS] as Json | undefined),
      ...Object.fromEntries(operations),
    },
  };
}
