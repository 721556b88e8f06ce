/**
 * Says in a public document what `expand` brings: `_embedded` of a resource has a member for each of its relations, with
 * the schema of what the link leads to, of whichever service. Clients are generated from it with types. One member for
 * each link, so a document grows by its links and no more.
 *
 * Resources lead to each other, so the schemas of what is served do too. The documents that are committed and merged
 * are without it: not every tool comes to an end with such schemas.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { linkGraphIncrementally } from '../../hypermedia/graph/link-graph.ts';
import { expandable, type Link, type Shape } from '../../hypermedia/graph/model.ts';
import type { Incremental } from '../../openapi/incremental.ts';
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { operationsOf } from '../../openapi/load/inherit-defaults.ts';

const EMBEDDED = '_embedded';

export function* withEmbedded(published: OpenAPIObject): Incremental<OpenAPIObject> {
  const document = published as unknown as Json;
  const components = isObject(document.components) ? document.components : {};
  const schemas = isObject(components.schemas) ? components.schemas : {};
  if (!hasLinkObjects(document, components)) return published;
  const name = 'published';
  const graph = yield* linkGraphIncrementally([{ name, document: published }]);
  const changed = graph.shapesOf(name).flatMap((shape) => {
    const schema = shape.isNamed ? schemas[shape.name] : undefined;
    const members = membersOf(shape);
    if (!isObject(schema) || Object.keys(members).length === 0) return [];
    return [[shape.name, withMembers(schema, members)] as const];
  });
  if (changed.length === 0) return published;
  return {
    ...document,
    components: { ...components, schemas: { ...schemas, ...Object.fromEntries(changed) } },
  } as unknown as OpenAPIObject;
}

/** Whether there can be any relation: most large documents have none, and a graph of them is not made. */
const hasLinkObjects = ({ paths }: Json, { links, responses }: Json): boolean =>
  isObject(links) ||
  hasLinks(responses) ||
  Object.values(isObject(paths) ? paths : {}).some(
    (item) => isObject(item) && operationsOf(item).some(([, operation]) => hasLinks(operation.responses)),
  );

const hasLinks = (responses: unknown): boolean =>
  isObject(responses) &&
  Object.values(responses).some((response) => isObject(response) && isObject(response.links));

const membersOf = (shape: Shape): Json =>
  Object.fromEntries(
    expandable(shape)
      .filter(({ target }) => target.shape?.isNamed)
      .map((link) => [link.rel, partOf(link)]),
  );

function partOf({ target, each }: Link): Json {
  const reference = { $ref: `#/components/schemas/${target.shape?.name}` };
  return each === undefined ? reference : { type: 'array', items: reference };
}

/** In the schema itself, or in a part of it that has `_embedded`. What a document says itself goes first. */
function withMembers(schema: Json, members: Json): Json {
  const { properties, allOf } = schema;
  if (Array.isArray(allOf))
    return { ...schema, allOf: allOf.map((part) => (isObject(part) ? withMembers(part, members) : part)) };
  const embedded = isObject(properties) ? properties[EMBEDDED] : undefined;
  if (!isObject(properties) || !isObject(embedded) || embedded.$ref !== undefined) return schema;
  const own = isObject(embedded.properties) ? embedded.properties : {};
  const typed = { ...embedded, properties: { ...members, ...own } };
  return { ...schema, properties: { ...properties, [EMBEDDED]: typed } };
}
