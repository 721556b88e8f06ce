/** Takes out of a document what leads nowhere in it: links to no operation, choices of a discriminator that are none. */
import { valueAt } from '../../hypermedia/expression.ts';
import { fragmentSegments, resolveReference } from '../../hypermedia/reference.ts';
import { isObject, type Json, walk } from './grammar.ts';

export function mend(document: Json): Json {
  const operations = new Set<unknown>();
  walk(document, 'document', (node, kind) => {
    if (kind === 'operation') operations.add(node.operationId);
    return node;
  });
  return walk(document, 'document', (node, kind) => {
    if (kind === 'link') return isLink(node, operations, document) ? node : undefined;
    return kind === 'schema' ? withChoices(node, document) : node;
  }) as Json;
}

function isLink(node: Json, operations: ReadonlySet<unknown>, document: Json): boolean {
  const link = resolveReference<Json>(document, node);
  return link !== undefined && (link.operationId === undefined || operations.has(link.operationId));
}

function withChoices(schema: Json, document: Json): Json {
  const { discriminator } = schema;
  if (!isObject(discriminator) || !isObject(discriminator.mapping)) return schema;
  const mapping = Object.entries(discriminator.mapping).filter(([, target]) => !isDangling(target, document));
  return { ...schema, discriminator: { ...discriminator, mapping: Object.fromEntries(mapping) } };
}

const isDangling = (target: unknown, document: Json): boolean =>
  typeof target === 'string' &&
  target.startsWith('#') &&
  valueAt(document, fragmentSegments(target)) === undefined;
