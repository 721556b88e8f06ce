/** The key `url` of a service in `gateway.yaml`: its instances, and how the calls are split between them. */
import { z } from 'zod';
import { isPlainObject } from './merge-policy.ts';

const weightedUrl = z.strictObject({
  url: z.string(),
  weight: z.number().min(0).max(1_000_000).default(1),
});

export const serviceUrlsSchema = z
  .union([z.string(), z.array(z.union([z.string(), weightedUrl])).min(1)], {
    error: 'expected a URL or a list of them',
  })
  .optional()
  .describe(
    'Base URL of the service, or a list with one URL for each instance. An entry may be `{ url: http://canary:8080, weight: 1 }`: each gets its share of the calls, and 0 gets none. The default weight is 1. A path in it, even `/`, overrides the path of the first entry of `servers` in the document. The environment variable `<SERVICE>_URL` overrides it.',
  );

interface WrittenUrls {
  readonly urls: readonly string[];
  readonly weights: readonly number[];
}

/** The texts and weights of a value that may be invalid. @returns undefined if the schema reports it */
export function readServiceUrls(value: unknown): WrittenUrls | undefined {
  const entries = [value].flat().map((entry) => {
    const { url, weight = 1 } = isPlainObject(entry) ? entry : { url: entry };
    return typeof url === 'string' && typeof weight === 'number' ? { url, weight } : undefined;
  });
  const valid = entries.filter((entry) => entry !== undefined);
  if (valid.length === 0 || valid.length < entries.length) return undefined;
  return { urls: valid.map(({ url }) => url), weights: valid.map(({ weight }) => weight) };
}
