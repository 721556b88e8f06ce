/** In which format an answer is put together, and what its service is asked for to that end. Reads `Accept`. */
import { JSON_TYPE } from '../../contract/media-types.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import { acceptable } from '../../http/headers/negotiate.ts';
import type { Body, Format } from '../../hypermedia/formats/format.ts';
import { json } from '../../hypermedia/formats/hal.ts';
import { formats } from '../../hypermedia/formats/index.ts';
import type { GraphOperation } from '../../hypermedia/graph/model.ts';

export interface FormatChoice {
  /** Absent where the service chooses it: then it is that of its answer. */
  readonly format?: Format;
  /** What the service is asked for; absent where that is what the caller asks for. */
  readonly accept?: string | undefined;
  /** The media type of a body; absent where that is what the service named. */
  readonly typeOf?: ((body: Body) => string) | undefined;
}

const MEDIA_TYPES = formats.map(({ mediaType }) => mediaType);

/** Where nothing is put together: all is for the service to choose. */
export const SERVICE_CHOICE: FormatChoice = {};

/** Of a service that writes the formats itself. A page is made of the whole, and its parts are no pages. */
export function negotiateFormat(accept: string | undefined): FormatChoice {
  const format = findFormat(acceptable(accept, MEDIA_TYPES)[0]);
  // A part may bring what the subject alone did not have, as actions.
  const typeOf = format?.typeOf;
  return format?.rendering === undefined ? { typeOf } : { format, typeOf, accept: format.rendering.partType };
}

/** Of a service that knows plain JSON, and maybe what is none of the formats. */
export function negotiateLiftedFormat(
  accept: string | undefined,
  { mediaTypes }: GraphOperation,
): FormatChoice {
  const plain = mediaTypes.find(isJsonType) ?? JSON_TYPE;
  const [chosen] = acceptable(accept, [...new Set([plain, JSON_TYPE, ...MEDIA_TYPES, ...mediaTypes])]);
  const format = chosen === plain ? json : findFormat(chosen);
  // What a service has itself, as its own pages, it sends. What is added to the types of its document comes last.
  if (format === undefined || (format.rendering && mediaTypes.at(-1) !== format.mediaType))
    return { format: json };
  if (format === json) return { format, accept: plain };
  return { format, accept: plain, typeOf: format.typeOf ?? (() => format.mediaType) };
}

export const findFormat = (mediaType: string | undefined): Format | undefined =>
  formats.find((format) => format.mediaType === mediaType);
