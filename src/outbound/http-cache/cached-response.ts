/**
 * A kept answer as a caller gets it: with its `Age` (RFC 9111 §5.1), without a body for HEAD, and as a 304 where the
 * caller has it already (§4.3.2). Reads `If-None-Match` and `If-Modified-Since` (RFC 9110 §13.1, §13.2.2).
 */
import { noneMatch } from '../../http/headers/etag.ts';
import { parseHttpDate } from '../../http/headers/http-date.ts';
import { fieldOf, without } from '../../http/headers/raw-headers.ts';
import { UpstreamAnswer } from '../call/upstream-response.ts';
import type { Asked } from './cache-request.ts';
import { CACHE_STATUS } from './cache-status.ts';
import type { Stored } from './stored-response.ts';

/** Of the body that does not follow (RFC 9110 §15.4.5). */
const OF_THE_BODY: ReadonlySet<string> = new Set([
  ...['content-length', 'content-type', 'content-encoding', 'content-range'],
]);

const NO_BODY = Buffer.alloc(0);

/** @param age in seconds; undefined where it has come just now */
export function replyOf(
  stored: Stored,
  asked: Asked,
  { status: said, age }: { readonly status: string; readonly age?: number | undefined },
): UpstreamAnswer {
  const added = [...(age === undefined ? [] : ['Age', String(Math.floor(age))]), CACHE_STATUS, said];
  if (!isKnown(stored, asked))
    return UpstreamAnswer.whole(
      stored.status,
      [...stored.headers, ...added],
      asked.isHead ? NO_BODY : stored.body,
    );
  return UpstreamAnswer.whole(304, [...without(stored.headers, OF_THE_BODY), ...added], NO_BODY);
}

function isKnown({ status, headers, etag, lastModified }: Stored, asked: Asked): boolean {
  if (status !== 200) return false;
  const tags = asked.field('if-none-match');
  if (tags !== undefined) return !noneMatch(tags, (etag ?? '').replace(/^\s*W\//, ''));
  const since = parseHttpDate(asked.field('if-modified-since'));
  // Without the one, the other says when it was changed at the latest; a kept response always has it (§4.3.2).
  const changed = parseHttpDate(lastModified ?? fieldOf(headers, 'date'));
  return since !== undefined && changed !== undefined && changed <= since;
}
