/** The section `cors` of `gateway.yaml`: which pages of other origins may use the API. */
import { z } from 'zod';
import { ANY_ORIGIN, parseOrigin } from '../../http/cors/origins.ts';
import { duration } from '../units.ts';

/** A token (RFC 9110 §5.1). `*` would be a wildcard or a name, depending on the credentials of the request. */
const headerName = z
  .string()
  .regex(/^[\w!#$%&'+.^`|~-]+$/, 'expected the name of a header, such as X-Client-Version');

const origin = z
  .string()
  .refine((text) => text === ANY_ORIGIN || parseOrigin(text) !== undefined, {
    error: ({ input }) => originError(String(input)),
  })
  .transform((text) => parseOrigin(text) ?? text);

function originError(text: string): string {
  if (text.toLowerCase() === 'null')
    return 'the origin `null` is not allowed: every page can have it, in a sandboxed frame';
  const withoutPath = parseOrigin(/^[^/]*\/\/[^/?#]*/.exec(text)?.[0] ?? '');
  const hint = withoutPath === undefined ? '' : `; write ${withoutPath}`;
  return `expected an origin such as https://app.example.com or https://*.example.com, without a path, or "*", got ${text}${hint}`;
}

export const corsSchema = z
  .strictObject({
    origins: z
      .array(origin)
      .min(1)
      .describe(
        'Origins whose pages may send requests and read the responses, such as `[https://app.example.com, "https://*.example.org"]` (all subdomains), or `["*"]` for every origin.',
      ),
    credentials: z
      .boolean()
      .default(false)
      .describe('Whether pages may send cookies and other credentials of the browser. Not with `"*"`.'),
    maxAge: duration
      .default(600_000)
      .describe('How long browsers may cache the response to a preflight request.'),
    allowHeaders: z
      .array(headerName)
      .default([])
      .describe(
        'Request headers that pages may send, besides those that the documents name and the usual ones of HTTP.',
      ),
    exposeHeaders: z
      .array(headerName)
      .default([])
      .describe(
        'Response headers that pages may read, besides those that the documents name and `ETag`, `Link`, `Location`, `Retry-After`, `X-Request-Id`, `RateLimit` and similar.',
      ),
    privateNetwork: z
      .boolean()
      .default(false)
      .describe(
        'Whether preflight requests with `Access-Control-Request-Private-Network` are allowed: requests of public pages to a private address.',
      ),
  })
  .refine(({ origins, credentials }) => !(credentials && origins.includes(ANY_ORIGIN)), {
    path: ['credentials'],
    error: 'is not allowed with the origin "*": every page could act for the user; list the origins',
  });

export const serviceCorsSchema = z
  .enum(['gateway', 'pass'])
  .default('gateway')
  .describe(
    'Who handles CORS for the service where `cors` is configured: `gateway`, or `pass` for the service itself. Without `cors`, the service always does.',
  );
