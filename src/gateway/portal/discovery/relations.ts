/**
 * `/rels`, `/rels/{rel}`: describes the link relations of the documents, with the source and target of each link. The
 * CURIE of the entry point links here (HAL §8.2).
 *
 * Reads `Accept`. Sends 200, 304, 404, 406.
 */
import type { Router } from 'express';
import { Problem } from '../../../contract/problem.ts';
import { notFound } from '../../../contract/problems.ts';
import { get, sendNegotiated } from '../../../http/page/entity.ts';
import { html } from '../../../http/page/html.ts';
import { layout } from '../../../http/page/layout.ts';
import { linkGraphOf } from '../../../hypermedia/graph/link-graph.ts';
import type { LinkValue, Representation } from '../../../hypermedia/representation.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import { entryPointsOf } from './entry-points.ts';
import { prose } from './prose.ts';
import { representations } from './representations.ts';

const LIST = '/rels';
const relationPath = (rel: string): string => `${LIST}/${encodeURIComponent(rel)}`;
const PREFIX = 'rel';

/** One use of a relation. */
interface Use {
  /** The source of the link: a schema of the service, or the entry point. */
  readonly from: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly title: string;
  readonly description?: string;
}

type Links = Representation['links'];
type Relations = ReadonlyMap<string, readonly Use[]>;

/** Adds the links of the entry point under CURIEs. The plain names stay, because clients may match them literally. */
export const withCuries = (links: Links): Links => {
  const curie: LinkValue = { name: PREFIX, href: `${LIST}/{rel}`, templated: true };
  const named = [...links].map(([rel, link]) => [`${PREFIX}:${rel}`, link] as const);
  return new Map([...(links.size > 0 ? [['curies', [curie]] as const] : []), ...links, ...named]);
};

export function relations(router: Router, services: readonly ServiceDocument[]): void {
  const all = relationsOf(services);
  const list = representations(
    {
      name: 'Relations',
      state: {},
      links: new Map<string, LinkValue | readonly LinkValue[]>([
        ['self', { href: LIST }],
        ['item', [...all.keys()].map((rel) => ({ href: relationPath(rel), title: rel }))],
      ]),
    },
    listPage(all),
  );
  const pages = new Map(
    [...all].map(([rel, uses]) => {
      const links = new Map([
        ['self', { href: relationPath(rel) }],
        ['collection', { href: LIST }],
      ]);
      const resource = { name: 'Relation', state: { rel, uses }, links };
      return [rel, representations(resource, relationPage(rel, uses))] as const;
    }),
  );

  get(router, LIST, (req, res) => sendNegotiated(req, res, list));
  get(router, `${LIST}/:rel`, (req, res) => {
    const page = pages.get(String(req.params.rel));
    if (!page) throw new Problem(notFound, 'No link has this relation.');
    sendNegotiated(req, res, page);
  });
}

function relationsOf(services: readonly ServiceDocument[]): Relations {
  const graph = linkGraphOf(services);
  const entries = services.flatMap(entryPointsOf).map(({ rel, service, href, title }) => ({
    rel,
    use: { from: 'the entry point', service, method: 'GET', path: href, title },
  }));
  const links = services.flatMap(({ name }) =>
    graph.shapesOf(name).flatMap((shape) =>
      [...shape.links.values()].map(({ rel, target, description }) => ({
        rel,
        use: {
          from: shape.name,
          service: target.service,
          method: target.method,
          path: target.path.template,
          title: target.title,
          ...(description !== undefined && { description }),
        },
      })),
    ),
  );
  const own = [...entries, ...links].filter(({ rel }) => rel !== 'self');
  const byRel = Map.groupBy(own, ({ rel }) => rel);
  return new Map(
    [...byRel].sort(([a], [b]) => (a < b ? -1 : 1)).map(([rel, group]) => [rel, group.map(({ use }) => use)]),
  );
}

const listPage = (all: Relations): string =>
  layout({
    title: 'Link relations · linkway',
    current: LIST,
    content: html`<h1>Link relations</h1>
<p class="lead">The meaning of the link relations in <code>_links</code>, in addition to the relations that are registered with IANA.</p>
<ul class="plain">${[...all].map(
      ([rel, uses]) =>
        html`<li><a href="${relationPath(rel)}"><code>${rel}</code></a> ${[...new Set(uses.map(({ title }) => title))].join('; ')}</li>`,
    )}</ul>`,
  });

const relationPage = (rel: string, uses: readonly Use[]): string =>
  layout({
    title: `${rel} · linkway`,
    current: relationPath(rel),
    content: html`<p class="crumb"><a href="${LIST}">Link relations</a> <span aria-hidden="true">/</span> <code>${rel}</code></p>
<h1>${rel}</h1>
${uses.map(
  ({ from, service, method, path, title, description }) => html`<section class="card">
<h2>From ${from}</h2>
<p>${title}: <code>${method} ${path}</code> of ${service}.</p>
${description !== undefined && html`<p>${prose(description)}</p>`}
</section>`,
)}`,
  });
