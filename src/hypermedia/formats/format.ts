/** A representation format: one file a media type behind this interface. */
import type { Representation } from '../represent.ts';

export interface Format {
  readonly mediaType: string;
  /** The body, as JSON. */
  write(representation: Representation): Record<string, unknown>;
  /** The media type to name in `Content-Type`, where a body asks for another than the format's own. */
  typeOf?(body: Record<string, unknown>): string;
}
