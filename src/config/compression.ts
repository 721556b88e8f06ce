/** The section `compression` of `gateway.yaml`: which responses are compressed, and how. */
import { z } from 'zod';
import { size } from './units.ts';

/** Content codings (RFC 9110 §8.4.1, RFC 8878). */
const CODINGS = ['br', 'gzip', 'zstd'] as const;

export type Coding = (typeof CODINGS)[number];

export const compressionSchema = z.strictObject({
  encodings: z
    .array(z.enum(CODINGS))
    .default(['br', 'gzip'])
    .describe(
      'Content codings of compressed responses, in order of preference: `br`, `gzip`, `zstd`. `[]` turns compression off.',
    ),
  types: z
    .array(
      z
        .string()
        .regex(
          /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/,
          'expected a media type such as application/json or text/*',
        ),
    )
    .optional()
    .describe(
      'Media types of the responses to compress, such as `application/json` or `text/*`. By default: text, JSON, XML, YAML, JavaScript and SVG. Event streams are never compressed.',
    ),
  minimumSize: size.default(1024).describe('Minimum size of a response to compress, in bytes.'),
});

export type CompressionConfig = z.infer<typeof compressionSchema>;

export const defaultCompression: CompressionConfig = compressionSchema.parse({});
