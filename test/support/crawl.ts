/**
 * Finds everything that can be reached from `/` by links in bodies, `Link` headers, linksets and HTML. It knows no path
 * except `/`.
 */
import LinkHeader from 'http-link-header';
import { parseTemplate } from 'url-template';

export interface Visit {
  /** Path and query. */
  readonly href: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** The page on which it was first seen. */
  readonly from: string;
}

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const isJson = (headers: Headers): boolean => /[/+]json\b/.test(headers.get('content-type') ?? '');

/** The hrefs of a HAL body, of links that GET can follow unchanged. */
function halLinks(body: unknown): string[] {
  if (!isNode(body)) return [];
  if (Array.isArray(body)) return body.flatMap(halLinks);
  const actions = Object.keys((body._templates ?? {}) as Node);
  const own = Object.entries((body._links ?? {}) as Record<string, Node | Node[]>)
    .filter(([rel]) => rel !== 'curies' && !actions.includes(rel))
    .flatMap(([, value]) => [value].flat())
    .map(({ href, templated }) => (templated ? parseTemplate(String(href)).expand({}) : String(href)));
  const parts = Object.entries(body).filter(([name]) => name !== '_links' && name !== '_templates');
  return [...own, ...parts.flatMap(([, value]) => halLinks(value))];
}

/** The pages that describe the relations of a body. */
function curieLinks(body: unknown): string[] {
  const links = isNode(body) ? ((body._links ?? {}) as Record<string, Node[]>) : {};
  return (links.curies ?? []).flatMap(({ name, href }) =>
    Object.keys(links)
      .filter((rel) => rel.startsWith(`${name}:`))
      .map((rel) => parseTemplate(String(href)).expand({ rel: rel.slice(`${name}:`.length) })),
  );
}

const linksetLinks = (body: unknown): string[] =>
  ((isNode(body) ? (body.linkset ?? []) : []) as Node[]).flatMap(({ anchor, ...relations }) => [
    String(anchor),
    ...(Object.values(relations) as { href: string }[][]).flat().map(({ href }) => href),
  ]);

const htmlLinks = (text: string): string[] =>
  [...text.matchAll(/<[^>]*\s(?:href|src)="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));

function linksOf({ headers, body }: Visit): string[] {
  const header = LinkHeader.parse(headers.get('link') ?? '').refs.map(({ uri }) => uri);
  if (headers.get('content-type')?.startsWith('text/html')) return [...header, ...htmlLinks(body)];
  if (!isJson(headers)) return header;
  const json = JSON.parse(body);
  // The examples of a document may refer to resources that do not exist.
  if (isNode(json) && 'openapi' in json) return header;
  return [...header, ...halLinks(json), ...curieLinks(json), ...linksetLinks(json)];
}

/** Bodies of fragment targets, since one document is the target of many links. */
const parsed = new WeakMap<Visit, unknown>();

function parsedBody(visit: Visit): unknown {
  if (!parsed.has(visit)) parsed.set(visit, JSON.parse(visit.body));
  return parsed.get(visit);
}

/** @returns whether the fragment has a target, such as the value of a JSON Pointer */
function leads(fragment: string, visit: Visit): boolean {
  if (!fragment.startsWith('/') || !isJson(visit.headers)) return true;
  let node = parsedBody(visit);
  for (const token of fragment.split('/').slice(1)) {
    const name = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
    if (!isNode(node) || !Object.hasOwn(node, name)) return false;
    node = node[name];
  }
  return true;
}

/** @param accept the Accept header of all requests */
export async function crawl(url: string, accept: string): Promise<Map<string, Visit>> {
  const visits = new Map<string, Visit>();
  const dangling: string[] = [];
  const queue: { href: string; from: string }[] = [{ href: '/', from: '' }];
  const seen = new Set<string>();
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (seen.has(next.href)) continue;
    seen.add(next.href);
    const [href = '', fragment = ''] = next.href.split('#', 2);
    let visit = visits.get(href);
    if (!visit) {
      const response = await fetch(new URL(href, url), { headers: { accept } });
      visit = {
        href,
        from: next.from,
        status: response.status,
        headers: response.headers,
        body: await response.text(),
      };
      visits.set(href, visit);
      const base = new URL(href, 'http://here');
      queue.push(
        ...linksOf(visit)
          .map((link) => new URL(link, base))
          .filter(({ origin }) => origin === base.origin)
          .map((link) => ({ href: link.pathname + link.search + link.hash, from: href })),
      );
    }
    if (!leads(fragment, visit)) dangling.push(`${next.from} → ${next.href}`);
  }
  if (dangling.length > 0) throw new Error(`Fragments that lead nowhere:\n${dangling.join('\n')}`);
  return visits;
}
