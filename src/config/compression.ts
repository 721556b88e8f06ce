/** Under `compression` in `gateway.yaml`: which responses are compressed, and how. */
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
      'Content codings of compressed responses, of `br`, `gzip` and `zstd`, the preferred one first; `[]` for none.',
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
      'Media types of responses that are compressed, such as `application/json` or `text/*`; without it text, JSON, XML, YAML, JavaScript and SVG. Event streams never are.',
    ),
  minimumSize: size.default(1024).describe('Least bytes of a response that is compressed.'),
});

export type CompressionConfig = z.infer<typeof compressionSchema>;

export const defaultCompression: CompressionConfig = compressionSchema.parse({});
