/**
 * Copies what an operation inherits from its document onto the operation before documents are merged: its service,
 * a tag, and the document's security. Servers are removed, because the gateway is the only server.
 */
import type { Incremental } from '../incremental.ts';
import { isObject, type Json, METHODS, walkIncrementally } from './grammar.ts';

/** Extension of every public operation: the service that it belongs to. */
const SERVICE = 'x-linkway-service';

/** The server of public documents, relative to the URL of the document. */
export const PUBLIC_SERVERS = [{ url: '/' }];

export function* inheritDefaults(service: string, document: Json): Incremental<Json> {
  const secured = yield* withSecurity(document);
  const paths = mapEntries(secured.paths, (item) =>
    inheritForItem(service, withoutServers(item), withoutServers),
  );
  const webhooks = mapEntries(secured.webhooks, (item) => inheritForItem(service, item));
  const components = isObject(secured.components) && {
    ...secured.components,
    ...('pathItems' in secured.components && {
      pathItems: mapEntries(secured.components.pathItems, (item) =>
        inheritForItem(service, withoutServers(item), withoutServers),
      ),
    }),
  };
  return {
    ...secured,
    paths,
    ...(secured.webhooks ? { webhooks } : {}),
    ...(components ? { components } : {}),
  };
}

/** Whether an operation has no tag of its own and therefore has the tag of its service. */
export const needsServiceTag = (service: string, document: Json): boolean =>
  [document.paths, document.webhooks].some((items) =>
    Object.values(isObject(items) ? items : {}).some((item) =>
      operationsOf(item).some(([, { tags }]) => Array.isArray(tags) && tags.includes(service)),
    ),
  );

/** The operations of one path item, by method. */
export const operationsOf = (item: unknown): [method: string, operation: Json][] =>
  METHODS.flatMap((method) => {
    const operation = isObject(item) ? item[method] : undefined;
    return isObject(operation) ? [[method, operation] as [string, Json]] : [];
  });

function* withSecurity(document: Json): Incremental<Json> {
  if (!Array.isArray(document.security)) return document;
  return yield* walkIncrementally(document, (node, kind) =>
    kind === 'operation' && !node.security ? { ...node, security: document.security } : node,
  );
}

const inheritForItem = (service: string, item: Json, also: (node: Json) => Json = (node) => node): Json => ({
  ...item,
  ...Object.fromEntries(
    operationsOf(item).map(([method, operation]) => [
      method,
      {
        ...also(operation),
        tags: Array.isArray(operation.tags) && operation.tags.length > 0 ? operation.tags : [service],
        [SERVICE]: service,
      },
    ]),
  ),
});

const withoutServers = ({ servers: _, ...rest }: Json): Json => rest;

const mapEntries = (items: unknown, change: (item: Json) => Json): Json =>
  Object.fromEntries(
    Object.entries(isObject(items) ? items : {}).map(([key, item]) => [
      key,
      isObject(item) && !(key.startsWith('x-') && !key.includes('/')) ? change(item) : item,
    ]),
  );
