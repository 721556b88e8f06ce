/**
 * `/explorer`: the start page for following links in a browser. All further pages are the HTML representations of
 * resources.
 *
 * Reads `at`, an address to open. Sends 200, 303 (RFC 9110 §15.4.4), 304, 400 for an address of another server.
 */
import type { Router } from 'express';
import type { InfoObject } from 'openapi3-ts/oas31';
import { Problem } from '../../../contract/problem.ts';
import { badRequest } from '../../../contract/problems.ts';
import { cache, entity, get, HTML, send } from '../../../http/page/entity.ts';
import { type Html, html } from '../../../http/page/html.ts';
import { layout } from '../../../http/page/layout.ts';
import { explorerHead } from '../../../hypermedia/formats/html/files.ts';
import { trail } from '../../../hypermedia/formats/html/trail.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import { emptyState } from './empty-state.ts';
import { type EntryPoint, entryPointsOf } from './entry-points.ts';
import { offeredEntries } from './offered-entries.ts';
import { prose } from './prose.ts';

const PATH = '/explorer';
const ADDRESS = 'at';

export function explorer(router: Router, services: readonly ServiceDocument[], { title }: InfoObject): void {
  const pages = offeredEntries(services.flatMap(entryPointsOf), (entries, caching) =>
    entity(HTML, explorerPage(services, entries, title), caching),
  );
  get(router, PATH, (req, res) => {
    const page = pages(req, res);
    const address = new URL(req.originalUrl, 'http://here').searchParams.get(ADDRESS);
    if (address === null) return send(req, res, page);
    res.set({ ...page.headers, Location: pathOf(address), 'Cache-Control': cache.never });
    res.removeHeader('ETag');
    res.status(303).end();
  });
}

/**
 * Path and query of a typed address of this server.
 * @throws Problem bad-request (400) for an address of another server: this prevents open redirects
 */
function pathOf(address: string): string {
  const base = 'http://here';
  const typed = address.trim();
  const path = typed.startsWith('/') ? typed : `/${typed}`;
  const url = URL.canParse(path, base) ? new URL(path, base) : undefined;
  if (url?.origin !== base) throw new Problem(badRequest, 'This is not a path on this server.');
  return url.pathname + url.search;
}

const explorerPage = (
  services: readonly ServiceDocument[],
  entries: readonly EntryPoint[],
  title: string,
): string =>
  layout({
    title: 'Explorer · linkway',
    current: PATH,
    head: explorerHead,
    content: html`${trail}
<h1>Explorer</h1>
<p class="lead">Explore ${title} the way a program does: start at any resource below, follow its links and use its actions.
You do not need to know any address.</p>
<section aria-labelledby="begin"><h2 id="begin">Start here</h2>
${services.length === 0 ? emptyState : html`<ul class="cards">${services.map((service) => card(service, entries))}</ul>`}</section>
<section aria-labelledby="guide"><h2 id="guide">What you see on each page</h2>
<dl class="fields">${GUIDE.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl></section>
<section aria-labelledby="open"><h2 id="open">Open an address</h2>
<form class="address" action="${PATH}" method="get"><div class="field"><label for="at">Path, with its query</label>
<input id="at" name="${ADDRESS}" required maxlength="2000" autocomplete="off" spellcheck="false"></div>
<button class="primary">Open</button></form></section>`,
  });

const GUIDE = [
  ['The resource', 'its state, with times in your time zone'],
  ['Available actions', 'a form for each action that is allowed in the current state'],
  ['Links', 'its links; “Show here” shows the linked resource on the same page'],
  ['The raw exchange', 'the request and the response as a program sees them, with headers'],
] as const;

const card = (
  { name, document: { info } }: ServiceDocument,
  entries: readonly EntryPoint[],
): Html => html`<li class="card">
<h3>${info.title}</h3>
${info.description && html`<p>${prose(info.description)}</p>`}
<ul class="entries">${entries
  .filter(({ service, href }) => service === name && !href.includes('{'))
  .map(({ href, title }) => html`<li><a href="${href}">${title}</a></li>`)}</ul></li>`;
