/** The parts of an expanded answer, fetched by the same routes and policies as any other request. */
import { JSON_TYPE } from '../../contract/media-types.ts';
import { without } from '../../http/headers/raw-headers.ts';
import { matchPath } from '../../http/uri/href.ts';
import { splitTarget } from '../../http/uri/target.ts';
import { type FetchPart, toPart } from '../../hypermedia/expand/fetch.ts';
import type { Format } from '../../hypermedia/formats/format.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { Exchange } from '../exchange.ts';
import type { Send } from '../proxy/internal-request.ts';
import { remaining } from './cache-control.ts';
import type { CompositionOf } from './composition.ts';
import { isJson, readJson } from './json-answer.ts';
import { liftAnswer } from './lift-response.ts';

export interface PartsOptions {
  readonly send: Send;
  readonly compositionOf: CompositionOf;
  /** The caller's, with an `Accept` for the format. */
  readonly headers: readonly string[];
  readonly format: Format;
  readonly origin: string;
  /** The request whose response they are parts of. */
  readonly whole: Exchange;
  readonly signal: AbortSignal;
  /** `performance.now()` after which they are not waited for. */
  readonly deadline: number;
  /** Most bytes of one. */
  readonly limit: number;
}

const ACCEPT: ReadonlySet<string> = new Set(['accept']);

/** Raw headers with another `Accept`. */
export const accepting = (headers: readonly string[], accept: string): string[] => [
  ...without(headers, ACCEPT),
  'Accept',
  accept,
];

export const fetchParts =
  ({
    send,
    compositionOf,
    headers,
    format,
    origin,
    whole,
    signal,
    deadline,
    limit,
  }: PartsOptions): FetchPart =>
  async (href, operation) => {
    const { lifting, urls, isRead } = compositionOf(operation) ?? {};
    // A link of a service's own may have scheme and host, and lead to a part of a resource.
    const [target = ''] = (urls?.local(href, origin) ?? href).split('#', 1);
    const answer = await send(
      {
        method: 'GET',
        path: target,
        headers: lifting ? accepting(headers, JSON_TYPE) : headers,
        whole,
        deadline,
      },
      signal,
    );
    const readable = isJson(answer);
    if (!readable) answer.discard();
    const read = readable ? await readJson(answer, limit) : undefined;
    const body = isRead ? urls?.body(read?.value, origin) : read?.value;
    const [path, query] = splitTarget(target);
    const isLifted = lifting && urls && answer.status === 200 && (isJsonObject(body) || Array.isArray(body));
    return toPart({
      status: answer.status,
      contentType: answer.header('content-type'),
      cacheControl: remaining(answer),
      retryAfter: answer.header('retry-after'),
      bytes: isLifted || body !== read?.value ? undefined : read?.bytes,
      body: isLifted
        ? format.write(
            liftAnswer(lifting, urls, {
              body,
              rawHeaders: urls.headers(answer.rawHeaders, origin),
              self: target,
              params: matchPath(operation.path, path) ?? {},
              query,
              origin,
            }),
          )
        : body,
    });
  };
