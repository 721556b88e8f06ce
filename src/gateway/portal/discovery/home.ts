/**
 * `/`: the entry point, and the only address that a client has to know. HTML for people, HAL for programs.
 *
 * Reads `Accept`, `Host`. Sends 200, 304, 406, and `Link` to the descriptions (RFC 8631, RFC 9727 §3).
 */
import type { Request, Router } from 'express';
import type { InfoObject } from 'openapi3-ts/oas31';
import { linkHeader } from '../../../http/headers/link-header.ts';
import { entity, get, HTML, sendNegotiated } from '../../../http/page/entity.ts';
import { type Html, html } from '../../../http/page/html.ts';
import { layout } from '../../../http/page/layout.ts';
import type { LinkValue } from '../../../hypermedia/representation.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import { originOf } from '../../proxy/origin.ts';
import { pathOf } from '../assets.ts';
import { byRelation, catalogLink, docsPath, gatewayDescriptions, type LinkFilter } from './discovery.ts';
import { emptyState } from './empty-state.ts';
import { type EntryPoint, entryLinks, entryPointsOf } from './entry-points.ts';
import { offeredEntries } from './offered-entries.ts';
import { prose } from './prose.ts';
import { withCuries } from './relations.ts';
import { representations } from './representations.ts';
import { samplePath } from './sample-request.ts';

/** Whether the proxy in front of the gateway is trusted. `builtinPages` sets it. */
const isTrusted = ({ app, socket }: Request): boolean => app.get('trust proxy fn')(socket.remoteAddress, 0);

export function home(
  router: Router,
  services: readonly ServiceDocument[],
  info: InfoObject,
  filterLinks: LinkFilter,
): void {
  const described = filterLinks([...gatewayDescriptions, catalogLink]);
  const headers = { Link: linkHeader([{ rel: 'self', href: '/' }, ...described]) };
  const variantsOf = (entries: readonly EntryPoint[], caching: Readonly<Record<string, string>>) => {
    const resource = {
      name: 'Home',
      state: { title: info.title, version: info.version },
      links: new Map<string, LinkValue | readonly LinkValue[]>([
        ['self', { href: '/' }],
        ...withCuries(entryLinks(entries)),
        ...byRelation(described).flatMap(([rel, [first]]) => (first ? [[rel, first] as const] : [])),
      ]),
    };
    const page = (req: Request) =>
      entity(HTML, homePage(services, entries, info, originOf(req, isTrusted(req))), {
        ...headers,
        ...caching,
      });
    return representations(resource, page, { ...headers, ...caching });
  };
  const variants = offeredEntries(services.flatMap(entryPointsOf), variantsOf);
  get(router, '/', (req, res) => sendNegotiated(req, res, variants(req, res)));
}

const homePage = (
  services: readonly ServiceDocument[],
  entries: readonly EntryPoint[],
  info: InfoObject,
  origin: string,
): string =>
  layout({
    title: info.title,
    current: '/',
    head: html`<script src="${pathOf('copy.js')}" type="module"></script>
`,
    content: html`<section class="hero">
<h1>${info.title} <small>${info.version}</small></h1>
<p class="lead">${prose(info.description ?? '')}</p>
<p class="hint" id="try">Try it in a terminal</p>
<pre class="command" role="region" aria-labelledby="try" tabindex="0"><code><span id="command">curl -s ${shellQuoted(`${origin}${samplePath(services)}`)}</span></code></pre>
<p class="copies"><button type="button" class="copy" data-copy="command" hidden>Copy<span class="hidden"> the command</span></button> <span role="status"></span></p>
</section>
<section aria-labelledby="services">
<h2 id="services">Services</h2>
${services.length === 0 ? emptyState : html`<ul class="cards">${services.map((service) => card(service, entries))}</ul>`}
</section>
<section aria-labelledby="programs">
<h2 id="programs">For programs</h2>
<ul class="plain">
<li><a href="/openapi.json">/openapi.json</a>, <a href="/openapi.yaml">/openapi.yaml</a> describe all services in one OpenAPI document</li>
<li><a href="/openapi.json?media=application/json">/openapi.json?media=application/json</a> has one media type for each response, for client generators</li>
<li><a href="/.well-known/api-catalog">/.well-known/api-catalog</a> lists the APIs (RFC 9727)</li>
<li><a href="/rels">/rels</a> explains each link relation</li>
<li><a href="/health">/health</a> reports the health of the gateway and its services; <a href="/health/live">/health/live</a> and <a href="/health/ready">/health/ready</a> are for orchestrators</li>
</ul>
</section>`,
  });

const card = (
  { name, document: { info } }: ServiceDocument,
  entries: readonly EntryPoint[],
): Html => html`<li class="card">
<h3>${info.title}</h3>
<p class="version">${name} ${info.version}</p>
${info.description && html`<p>${prose(info.description)}</p>`}
<ul class="entries">${entries
  .filter(({ service }) => service === name)
  .map(({ href, title }) =>
    href.includes('{')
      ? html`<li><code>${href}</code> <span>${title}</span></li>`
      : html`<li><a href="${href}"><code>${href}</code></a> <span>${title}</span></li>`,
  )}</ul>
<p class="actions"><a href="${docsPath(name)}">Open in Swagger UI<span class="hidden">: ${info.title}</span></a>
<span><a href="/openapi/${name}.json">JSON<span class="hidden">: OpenAPI document of ${info.title}</span></a>
<a href="/openapi/${name}.yaml">YAML<span class="hidden">: OpenAPI document of ${info.title}</span></a></span></p>
</li>`;

/** Quotes URLs with `?` or `&`, which are special characters in a shell. */
const shellQuoted = (url: string): string => (/[?&]/.test(url) ? `'${url}'` : url);
