/** HAL (draft-kelly-json-hal-11): the state, `_links`, and the items of a page in `_embedded.item` (RFC 6573). */
import { HAL, JSON_TYPE } from '../../contract/media-types.ts';
import type { Representation } from '../represent.ts';
import type { Format } from './format.ts';

function writeHal(representation: Representation): Record<string, unknown> {
  return halBody(representation, writeHal, {});
}

/** @param write how items are written; @param members what a format adds between the links and the embeds */
export function halBody(
  { state, links, items }: Representation,
  write: (item: Representation) => Record<string, unknown>,
  members: Record<string, unknown>,
): Record<string, unknown> {
  return {
    ...state,
    _links: Object.fromEntries(links),
    ...members,
    ...(items === undefined ? {} : { _embedded: { item: items.map(write) } }),
  };
}

export const hal: Format = { mediaType: HAL, write: writeHal };

/** Plain `application/json` gets the HAL body: links harm nobody who does not look at them. */
export const json: Format = { mediaType: JSON_TYPE, write: writeHal };
