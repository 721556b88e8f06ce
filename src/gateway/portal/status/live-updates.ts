/** Keeps a part of an open page up to date with server-sent events. */
import type { Request, Response } from 'express';
import { type Html, html } from '../../../http/page/html.ts';
import { EVENT_STREAM, type SseBroadcaster } from '../../../http/sse-broadcaster.ts';
import type { LinkValue } from '../../../hypermedia/representation.ts';
import { pathOf } from '../assets.ts';
import type { History } from './history.ts';

export interface LiveUpdates {
  readonly history: History;
  readonly watchers: SseBroadcaster;
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

/** Link to the event stream (relation `monitor`, RFC 5989 section 3). */
export const monitorOf = (path: string): LinkValue => ({ href: path, type: EVENT_STREAM });

/**
 * @param fresh renders the part of the page that changes
 * @returns false if the client does not request events
 * @throws Problem overloaded (503)
 */
export function sendLive(req: Request, res: Response, { watchers }: LiveUpdates, fresh: () => Html): boolean {
  // EventSource sends exactly this type. A client that lists other types as well gets one of those.
  if (req.headers.accept?.trim().toLowerCase() !== EVENT_STREAM) return false;
  res.vary('Accept');
  watchers.add(req, res, req.path, () => fresh().text);
  return true;
}
