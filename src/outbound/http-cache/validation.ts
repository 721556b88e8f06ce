/** Asks whether a kept answer is still good (RFC 9111 §4.3), and takes over what the answer to that says (§3.2). */
import { fieldOf, namesIn, withoutHeaders } from '../../http/headers/raw-headers.ts';
import type { OutboundRequest } from '../call/call.ts';
import type { UpstreamAnswer } from '../call/upstream-response.ts';
import type { Asked } from './cache-request.ts';
import { membersOf } from './directives.ts';
import { initialAgeOf, keptHeaders, Stored, type Timing } from './stored-response.ts';

const CONDITIONS: ReadonlySet<string> = new Set(['if-none-match', 'if-modified-since']);

/** They say how the body is that was kept. */
const OF_THE_BODY: ReadonlySet<string> = new Set([
  ...['content-encoding', 'content-length', 'content-range', 'content-type', 'etag'],
]);

/** The request with our condition instead of the caller's, which is looked at when the answer is known. */
export function validating(request: OutboundRequest, { etag, lastModified }: Stored): OutboundRequest {
  const headers = withoutHeaders(request.headers, CONDITIONS);
  if (etag !== undefined) headers.push('If-None-Match', etag);
  if (lastModified !== undefined) headers.push('If-Modified-Since', lastModified);
  return { ...request, headers };
}

/** Whether a 304 speaks of what is kept: one that names no other (§4.3.3). */
export function confirms({ rawHeaders }: Pick<UpstreamAnswer, 'rawHeaders'>, stored: Stored): boolean {
  const etag = fieldOf(rawHeaders, 'etag');
  return etag === undefined || stored.etag === undefined || weak(etag) === weak(stored.etag);
}

/** Whether the head that HEAD got is of the body that is kept (§4.3.5). */
export function isSameBody({ rawHeaders }: Pick<UpstreamAnswer, 'rawHeaders'>, stored: Stored): boolean {
  return ['etag', 'last-modified', 'content-length'].every((name) => {
    const now = fieldOf(rawHeaders, name);
    return now === undefined || now === fieldOf(stored.headers, name);
  });
}

/** What is kept, with the fields of a newer head (§3.2). */
export function updated(
  stored: Stored,
  { rawHeaders }: Pick<UpstreamAnswer, 'rawHeaders'>,
  asked: Asked,
  timing: Timing,
): Stored {
  const { status, body } = stored;
  const news = withoutHeaders(keptHeaders(rawHeaders, timing.receivedAt), OF_THE_BODY);
  const headers = [...withoutHeaders(stored.headers, namesIn(news)), ...news];
  return new Stored({
    ...{ status, body, headers, receivedAt: timing.receivedAt },
    selecting: asked.selecting(membersOf(fieldOf(headers, 'vary'))),
    initialAge: initialAgeOf(rawHeaders, timing),
  });
}

const weak = (etag: string): string => etag.replace(/^\s*W\//, '').trim();
