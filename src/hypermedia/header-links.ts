/**
 * The `Link` header of a resource (RFC 8288), for clients that do not read the body: its own link, its neighbors
 * and its description.
 */
import { fragmentPointer } from '../contract/json-pointer.ts';
import { OPENAPI_JSON } from '../contract/media-types.ts';
import { documentPath } from '../contract/shared-paths.ts';
import type { HeaderLink } from '../http/headers/link-header.ts';
import type { Body, Embedding } from './formats/format.ts';
import type { GraphOperation } from './graph/model.ts';

/** Relations that are repeated in the header. */
const RELATIONS: readonly string[] = ['self', 'first', 'prev', 'next'];

/** @returns an empty list if the operation has no JSON response */
export function headerLinks(body: Body, format: Embedding, { shape }: GraphOperation): HeaderLink[] {
  if (shape === undefined) return [];
  const resourceLinks = RELATIONS.flatMap((rel) =>
    format.hrefs(body, rel).map((href): HeaderLink => ({ rel, href })),
  );
  return [...resourceLinks, ...descriptionsOf(shape)];
}

type ResponseShape = NonNullable<GraphOperation['shape']>;

const descriptions = new WeakMap<ResponseShape, readonly HeaderLink[]>();

/** The description links of a shape, which are the same for each of its responses. */
function descriptionsOf(shape: ResponseShape): readonly HeaderLink[] {
  const known = descriptions.get(shape);
  if (known !== undefined) return known;
  const document = documentPath(shape.service);
  const schema = document + fragmentPointer(['components', 'schemas', shape.name]);
  const links = [
    ...(shape.isNamed ? [{ rel: 'describedby', href: schema, type: OPENAPI_JSON }] : []),
    { rel: 'service-desc', href: document, type: OPENAPI_JSON },
  ];
  descriptions.set(shape, links);
  return links;
}
