/** Fetches the resources to embed, through the same routes and policies as any other request. */
import { JSON_TYPE } from '../../contract/media-types.ts';
import { withoutHeaders } from '../../http/headers/raw-headers.ts';
import { matchPath } from '../../http/uri/href.ts';
import { splitTarget } from '../../http/uri/target.ts';
import { type FetchPart, toPart } from '../../hypermedia/expand/fetch.ts';
import type { Format } from '../../hypermedia/formats/format.ts';
import type { Allows } from '../../hypermedia/graph/model.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { Exchange } from '../exchange.ts';
import type { InternalDispatch } from '../proxy/internal-request.ts';
import { deductAge } from './cache-control.ts';
import type { FindComposition } from './composition.ts';
import { isJson, readJson } from './json-response.ts';
import { liftResponse } from './lift-response.ts';

export interface EmbeddedResourcesOptions {
  readonly dispatch: InternalDispatch;
  readonly compositionOf: FindComposition;
  /** Headers of the client, with an `Accept` for the format. */
  readonly headers: readonly string[];
  readonly format: Format;
  readonly origin: string;
  /** What the caller may call. */
  readonly allows?: Allows | undefined;
  /** The request whose response embeds the resources. */
  readonly parent: Exchange;
  readonly signal: AbortSignal;
  /** Time of `performance.now()` after which the resources are no longer needed. */
  readonly deadline: number;
  /** Whether resources keep their bytes, as the primary resource does. */
  readonly keepsBytes: boolean;
  /** Maximum bytes of one resource. */
  readonly limit: number;
}

const ACCEPT: ReadonlySet<string> = new Set(['accept']);

/** Replaces `Accept` in raw headers. */
export const withAccept = (headers: readonly string[], accept: string): string[] => [
  ...withoutHeaders(headers, ACCEPT),
  'Accept',
  accept,
];

export const createPartFetcher =
  ({
    dispatch,
    compositionOf,
    headers,
    format,
    origin,
    allows,
    parent,
    signal,
    deadline,
    keepsBytes,
    limit,
  }: EmbeddedResourcesOptions): FetchPart =>
  async (href, operation) => {
    const { lifting, urls, alwaysReadsBody } = compositionOf(operation) ?? {};
    // A link from a service may have a scheme, a host and a fragment.
    const [target = ''] = (urls?.local(href, origin) ?? href).split('#', 1);
    const response = await dispatch(
      {
        method: 'GET',
        path: target,
        headers: lifting ? withAccept(headers, JSON_TYPE) : headers,
        parent,
        deadline,
      },
      signal,
    );
    const readable = isJson(response);
    if (!readable) response.discard();
    const use = keepsBytes && !lifting && !alwaysReadsBody && response.status === 200 ? 'part' : 'exact';
    const read = readable ? await readJson(response, limit, use) : undefined;
    const body = alwaysReadsBody ? urls?.body(read?.value, origin) : read?.value;
    const [path, query] = splitTarget(target);
    const isLifted =
      lifting && urls && response.status === 200 && (isJsonObject(body) || Array.isArray(body));
    return toPart({
      status: response.status,
      contentType: response.header('content-type'),
      cacheControl: deductAge(response),
      retryAfter: response.header('retry-after'),
      challenge: response.header('www-authenticate'),
      bytes: isLifted || body !== read?.value ? undefined : read?.bytes,
      body: isLifted
        ? format.write(
            liftResponse(lifting, urls, {
              body,
              rawHeaders: urls.headers(response.rawHeaders, origin),
              self: target,
              params: matchPath(operation.path, path) ?? {},
              query,
              origin,
              allows,
            }),
          )
        : body,
    });
  };
