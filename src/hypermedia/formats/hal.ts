/**
 * HAL (draft-kelly-json-hal-11): the state, `_links`, and embedded resources in `_embedded` under their link
 * relation; the items of a page under `item` (RFC 6573).
 */
import { json as jsonCodec } from '../../codecs/json.ts';
import { HAL, JSON_TYPE } from '../../contract/media-types.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { Representation } from '../representation.ts';
import type { Body, Embedding, Format } from './format.ts';

function writeHal(representation: Representation): Body {
  return halBody(representation, writeHal, {});
}

/**
 * @param write writes items
 * @param members members that a format adds between the links and the embedded resources
 */
export function halBody(
  { state, links, items }: Representation,
  write: (item: Representation) => Body,
  members: Body,
): Body {
  return {
    ...state,
    _links: Object.fromEntries(links),
    ...members,
    ...(items === undefined ? {} : { _embedded: { item: items.map(write) } }),
  };
}

const linkOf = (body: Body, rel: string): unknown => (body._links as Body | undefined)?.[rel];

const embeddedOf = (body: Body, rel: string): unknown => (body._embedded as Body | undefined)?.[rel];

function linksOf(body: Body, rel: string): Body[] {
  const link = linkOf(body, rel);
  if (Array.isArray(link)) return link.filter(isJsonObject);
  return isJsonObject(link) ? [link] : [];
}

/** Shared by all formats whose bodies are HAL. */
const halEmbedding: Embedding = {
  links: linksOf,
  hrefs: (body, rel) =>
    linksOf(body, rel)
      .map(({ href }) => href)
      .filter((href) => typeof href === 'string'),
  resources(body) {
    const items = embeddedOf(body, 'item');
    return Array.isArray(items) ? items.filter(isJsonObject) : [body];
  },
  standalone: (item) => item,
  state: (body) => body,
  embedded: (body, rel) => [embeddedOf(body, rel)].flat().filter(isJsonObject),
  embed(body, rel, parts) {
    if (parts.length === 0) return;
    const many = Array.isArray(linkOf(body, rel));
    body._embedded = { ...(body._embedded as Body | undefined), [rel]: many ? parts : parts[0] };
  },
};

export const hal: Format = {
  ...halEmbedding,
  mediaType: HAL,
  isHal: true,
  description: 'The state, `_links`, and expanded resources in `_embedded`.',
  codec: jsonCodec,
  write: writeHal,
  schema: (body, schemas) => schemas.hal(body),
};

/** Plain `application/json` has the HAL body: clients that do not use links can ignore them. */
export const json: Format = { ...hal, mediaType: JSON_TYPE, description: 'The same body as HAL.' };
