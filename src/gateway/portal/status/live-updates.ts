/** Pages that stay fresh while somebody looks at them: the same part of the page, as it is and as events bring it anew. */
import type { Request, Response } from 'express';
import { type Html, html } from '../../../http/page/html.ts';
import { EVENT_STREAM, type Watchers } from '../../../http/sse-broadcaster.ts';
import type { LinkValue } from '../../../hypermedia/representation.ts';
import { pathOf } from '../assets.ts';
import type { History } from './history.ts';

export interface LiveUpdates {
  readonly history: History;
  readonly watchers: Watchers;
}

export const liveHead = (): Html => html`<link rel="stylesheet" href="${pathOf('status.css')}">
<script src="${pathOf('status.js')}" type="module"></script>
<noscript><meta http-equiv="refresh" content="10"></noscript>
`;

export const livePart = (fresh: Html): Html =>
  html`<p class="live"><button type="button" aria-pressed="false" data-pause hidden>Pause</button></p>
<p class="note" role="alert" data-stale hidden></p>
<div data-live>
${fresh}
</div>`;

/** Where programs are told of changes as they come (RFC 5989 section 3, the relation `monitor`). */
export const monitorOf = (path: string): LinkValue => ({ href: path, type: EVENT_STREAM });

/**
 * @param fresh the part of the page that changes
 * @returns false where no events are asked for
 * @throws Problem overloaded (503)
 */
export function sendLive(req: Request, res: Response, { watchers }: LiveUpdates, fresh: () => Html): boolean {
  // What EventSource sends; whoever names other types as well wants one of those.
  if (req.headers.accept?.trim().toLowerCase() !== EVENT_STREAM) return false;
  res.vary('Accept');
  watchers.add(req, res, req.path, () => fresh().text);
  return true;
}
