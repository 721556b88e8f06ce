/**
 * Adds schemas of embedded resources to public documents: `_embedded` of a resource has a member for each relation, with
 * the schema of the linked resource of any service. Generated clients get types from it. The document grows by one
 * member per link.
 *
 * Resources link to each other, so these schemas are recursive. Committed and merged documents do not have them, because
 * some tools cannot process recursive schemas.
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

/** Whether the document has any Link Object. Most large documents have none, and then the graph is not computed. */
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

/** Adds the members to the schema, or to the part of `allOf` with `_embedded`. Existing members take precedence. */
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
