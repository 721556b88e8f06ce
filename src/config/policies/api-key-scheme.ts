/** The keys of a security scheme in `gateway.yaml` whose API keys or passwords are in a file. */
import { z } from 'zod';

export const apiKeySchemeSchema = z.strictObject({
  keysFile: z
    .string()
    .min(1)
    .describe(
      'File with the hashes of API keys (`keys`, for the types `apiKey` and `http` bearer) and of passwords (`users`, for `http` basic), relative to this file. It is read again when it changes. `npm run linkway -- key NAME` makes a key and its entry.',
    ),
});

export type ApiKeyScheme = z.infer<typeof apiKeySchemeSchema>;
