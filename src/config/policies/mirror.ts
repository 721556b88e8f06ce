/** The section `mirror` of a service: copies of its calls go to another URL, whose responses are ignored. */
import { z } from 'zod';
import { duration } from '../units.ts';

/** QUERY and OPTIONS are safe as well, but rarely of interest. */
const METHODS = ['GET', 'HEAD', 'QUERY', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export const mirrorSchema = z
  .strictObject({
    url: z
      .string()
      .refine(isOrigin, {
        error: 'expected a URL with scheme, host and port and without a path, such as http://shadow:8080',
      })
      .transform((text) => new URL(text).origin)
      .describe(
        'Scheme, host and port of a server that receives copies of the calls to the service, with the same paths. Its responses are ignored.',
      ),
    share: z.number().min(0).max(1).default(1).describe('Share of the calls that are copied, from 0 to 1.'),
    methods: z
      .array(z.enum(METHODS))
      .min(1)
      .default(['GET', 'HEAD'])
      .describe(
        'Methods whose calls are copied. A copied POST is made twice: name unsafe methods only if the server shares no data with the service.',
      ),
    credentials: z
      .enum(['strip', 'keep'])
      .default('strip')
      .describe(
        '`strip` copies calls without `Authorization`, `Cookie` and the API keys that the document declares. `keep` copies them too: the server can then act for the users.',
      ),
    concurrent: z
      .int()
      .min(1)
      .default(16)
      .describe('Maximum number of copies in progress. Further ones are skipped.'),
    timeout: duration
      .refine((milliseconds) => milliseconds > 0, 'expected a duration above 0')
      .default(5_000)
      .describe('Time limit of a copy.'),
  })
  .optional();

export type MirrorConfig = NonNullable<z.infer<typeof mirrorSchema>>;

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.href.replace(/\/$/, '') === url.origin;
}
