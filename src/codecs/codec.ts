/**
 * An encoding of values: bytes to a value and back. What a body says (its links, its members) is of no concern here; see
 * `hypermedia/formats`. One encoding is one file, and a line in `index.ts`.
 */
import type { JsonLimits } from '../config/limits.ts';

/** The schema of a body as its document has it. Encodings that describe themselves do not need it. */
type BodySchema = Readonly<Record<string, unknown>>;

export interface Codec {
  /** Media types without parameters, in lower case. `*` stands for any characters, as in `application/*+json`. */
  readonly mediaTypes: readonly string[];
  /**
   * Why a body with this Content-Type is not read, where its parameters say so.
   * @returns undefined where it is read
   */
  unsupportedReason?(contentType: string): string | undefined;
  /** @throws Problem bad-request (400) for bytes that are not what their media type says, content-too-large (413) */
  decode(bytes: Buffer, schema?: BodySchema, limits?: JsonLimits): unknown;
  encode(value: unknown, schema?: BodySchema): Buffer;
}
