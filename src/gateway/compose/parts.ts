/** The parts of an expanded answer, fetched by the same routes and policies as any other request. */
import { JSON_TYPE } from '../../contract/media-types.ts';
import { Problem } from '../../contract/problem.ts';
import { badGateway } from '../../contract/problems.ts';
import { without } from '../../http/raw-headers.ts';
import { type FetchPart, partOf } from '../../hypermedia/expand/fetch.ts';
import type { Format } from '../../hypermedia/formats/format.ts';
import { matchPath } from '../../hypermedia/href.ts';
import type { Tally } from '../../outbound/call.ts';
import type { Send } from '../send.ts';
import type { CompositionOf } from './composition.ts';
import { isJson, readJson } from './json-answer.ts';
import { liftAnswer } from './lifted.ts';
import { remaining } from './remaining.ts';

export interface PartsOptions {
  readonly send: Send;
  readonly compositionOf: CompositionOf;
  /** The caller's, with an `Accept` for the format. */
  readonly headers: readonly string[];
  readonly format: Format;
  readonly origin: string;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  /** `performance.now()` after which they are not waited for. */
  readonly deadline: number;
}

/** Far fewer than what is written level by level, here and by whoever reads it, has room for. */
const MOST_LEVELS = 1000;
const ACCEPT: ReadonlySet<string> = new Set(['accept']);

/** Raw headers with another `Accept`. */
export const accepting = (headers: readonly string[], accept: string): string[] => [
  ...without(headers, ACCEPT),
  'Accept',
  accept,
];

export const fetchParts =
  ({ send, compositionOf, headers, format, origin, tally, signal, deadline }: PartsOptions): FetchPart =>
  async (href, operation) => {
    const { lifting, urls, isRead } = compositionOf(operation) ?? {};
    const answer = await send(
      {
        method: 'GET',
        path: href,
        headers: lifting ? accepting(headers, JSON_TYPE) : headers,
        tally,
        deadline,
      },
      signal,
    );
    const readable = isJson(answer);
    if (!readable) answer.discard();
    const json = readable ? await readJson(answer) : undefined;
    if (isDeeper(json, MOST_LEVELS))
      throw new Problem(badGateway, 'What the service answered is nested too deeply.');
    const body = isRead ? urls?.body(json, origin) : json;
    const [path = '', query = ''] = href.split('?', 2);
    return partOf({
      status: answer.status,
      contentType: answer.header('content-type'),
      cacheControl: remaining(answer),
      retryAfter: answer.header('retry-after'),
      body:
        lifting && urls && answer.status === 200 && typeof body === 'object' && body !== null
          ? format.write(
              liftAnswer(lifting, urls, {
                body,
                rawHeaders: urls.headers(answer.rawHeaders, origin),
                self: href,
                params: matchPath(operation.path, path) ?? {},
                query,
                origin,
              }),
            )
          : body,
    });
  };

/** Level by level, as a recursion would not come to the end of it. */
function isDeeper(value: unknown, most: number): boolean {
  let level = [value];
  for (let depth = 0; depth <= most; depth++) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}
