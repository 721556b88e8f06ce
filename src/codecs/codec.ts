/**
 * Converts values to bytes and back. What a body contains (its links, its members) is the concern of
 * `hypermedia/formats`. Each codec has its own file, and a line in `index.ts`.
 */
import type { JsonLimits } from '../config/limits.ts';

/** The schema of a body from its document. Self-describing encodings do not need it. */
type BodySchema = Readonly<Record<string, unknown>>;

export interface Codec {
  /** Media types without parameters, in lower case. `*` matches any characters, as in `application/*+json`. */
  readonly mediaTypes: readonly string[];
  /**
   * Checks the parameters of a Content-Type.
   * @returns the reason why a body with it is refused; undefined where it is accepted
   */
  unsupportedReason?(contentType: string): string | undefined;
  /** @throws Problem bad-request (400) for bytes that are invalid in the media type, content-too-large (413) */
  decode(bytes: Buffer, schema?: BodySchema, limits?: JsonLimits): unknown;
  encode(value: unknown, schema?: BodySchema): Buffer;
}
