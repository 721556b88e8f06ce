/** The `Link` header of a resource (RFC 8288), for clients that read no body: where it is, its neighbours, its description. */
import { OPENAPI_JSON } from '../contract/media-types.ts';
import { documentPath } from '../contract/places.ts';
import { type HeaderLink, linkHeader } from '../http/link-header.ts';
import type { Body, Embedding } from './formats/format.ts';
import type { GraphOperation } from './graph.ts';

const RELATIONS = ['self', 'first', 'prev', 'next'];

/** @returns undefined where the operation answers with no named schema */
export function headerLinks(body: Body, format: Embedding, { shape }: GraphOperation): string | undefined {
  if (shape === undefined) return undefined;
  const document = documentPath(shape.service);
  const own = RELATIONS.flatMap((rel) => format.hrefs(body, rel).map((href): HeaderLink => ({ rel, href })));
  return linkHeader([
    ...own,
    { rel: 'describedby', href: `${document}#/components/schemas/${shape.name}`, type: OPENAPI_JSON },
    { rel: 'service-desc', href: document, type: OPENAPI_JSON },
  ]);
}
