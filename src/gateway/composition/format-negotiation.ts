/** Chooses the format of a composed response, and the media type to request from the service. Reads `Accept`. */
import { JSON_TYPE } from '../../contract/media-types.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import { acceptedMediaTypes } from '../../http/headers/negotiate.ts';
import type { Body, Format } from '../../hypermedia/formats/format.ts';
import { json } from '../../hypermedia/formats/hal.ts';
import { formats } from '../../hypermedia/formats/index.ts';
import type { GraphOperation } from '../../hypermedia/graph/model.ts';

export interface FormatChoice {
  /** Undefined if the service chooses: then the format of its response is used. */
  readonly format?: Format;
  /** `Accept` for the service; undefined to forward that of the client. */
  readonly accept?: string | undefined;
  /** The media type of a body; undefined to use that of the service. */
  readonly typeOf?: ((body: Body) => string) | undefined;
}

const MEDIA_TYPES = formats.map(({ mediaType }) => mediaType);

/** Without composition, the service chooses the format. */
export const SERVICE_CHOICE: FormatChoice = {};

/** For a service that supports the formats itself. A page is rendered here, from a resource and its embedded resources. */
export function negotiateFormat(accept: string | undefined): FormatChoice {
  const format = findFormat(acceptedMediaTypes(accept, MEDIA_TYPES)[0]);
  // Embedded resources may add features that the primary resource lacks, such as actions.
  const typeOf = format?.typeOf;
  return format?.rendering === undefined ? { typeOf } : { format, typeOf, accept: format.rendering.partType };
}

/** For a service that supports plain JSON, and maybe media types other than the formats. */
export function negotiateLiftedFormat(
  accept: string | undefined,
  { mediaTypes }: GraphOperation,
): FormatChoice {
  const plain = mediaTypes.find(isJsonType) ?? JSON_TYPE;
  const [chosen] = acceptedMediaTypes(accept, [
    ...new Set([plain, JSON_TYPE, ...MEDIA_TYPES, ...mediaTypes]),
  ]);
  const format = chosen === plain ? json : findFormat(chosen);
  // The service sends its own types itself, such as its own pages. The last type of the document is the one added here.
  if (format === undefined || (format.rendering && mediaTypes.at(-1) !== format.mediaType))
    return { format: json };
  if (format === json) return { format, accept: plain };
  return { format, accept: plain, typeOf: format.typeOf ?? (() => format.mediaType) };
}

export const findFormat = (mediaType: string | undefined): Format | undefined =>
  formats.find((format) => format.mediaType === mediaType);
