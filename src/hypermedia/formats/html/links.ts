/** Links as people see them: by the name of the target, without its URL. */

import { memberName } from '../../../codecs/exact-json.ts';
import { type Html, html } from '../../../http/page/html.ts';
import { withQuery } from '../../../http/uri/href.ts';
import { queryOf } from '../../../http/uri/target.ts';
import { isJsonObject } from '../../../openapi/is-object.ts';
import { expandable } from '../../graph/model.ts';
import type { LinkValue } from '../../representation.ts';
import { words } from '../../words.ts';
import type { Body, RenderContext } from '../format.ts';
import { isSafeHref } from './safe-href.ts';

/** Paging links are shown with the items. */
const PAGING = ['first', 'prev', 'next', 'last'];
const NAMES: Readonly<Record<string, string>> = { prev: 'Previous' };

export const safeLinksOf = (body: Body): [string, LinkValue[]][] =>
  Object.entries(isJsonObject(body._links) ? body._links : {}).map(([rel, links]) => [
    memberName(rel),
    [links].flat().filter(isLink),
  ]);

const isLink = (link: unknown): link is LinkValue & Body =>
  isJsonObject(link) && typeof link.href === 'string' && isSafeHref(link.href);

export const hrefOf = (body: Body, rel: string): string | undefined =>
  safeLinksOf(body).find(([name]) => name === rel)?.[1][0]?.href;

/**
 * Links to other resources: no links to actions, to the page itself (the target of PUT, PATCH and DELETE), or with
 * a second name of another link.
 */
function navigableLinks(body: Body): [string, LinkValue[]][] {
  const self = hrefOf(body, 'self');
  const actions = Object.keys((body._templates ?? {}) as Body);
  return safeLinksOf(body)
    .filter(([rel]) => !PAGING.includes(rel) && !actions.includes(rel) && rel !== 'curies')
    .filter(([rel]) => !/^[\w-]+:(?!\/\/)/.test(rel))
    .map(([rel, links]): [string, LinkValue[]] => [
      rel,
      links.filter(({ href, templated }) => !templated && href !== self),
    ])
    .filter(([, links]) => links.length > 0);
}

export function linkList(body: Body, context: RenderContext): Html | false {
  const links = navigableLinks(body);
  if (links.length === 0) return false;
  return html`<section class="card" aria-labelledby="links"><h2 id="links">Links</h2>
<ul class="links">${links.map(([rel, all]) => html`<li>${entry(rel, all)} ${embedToggle(rel, context)}</li>`)}</ul></section>`;
}

function entry(rel: string, links: readonly LinkValue[]): Html {
  const [first, ...others] = links;
  if (first === undefined || others.length > 0)
    return html`<span>${words(rel)}</span><ul class="several">${links.map(
      ({ href, title }) => html`<li><a href="${href}">${title ?? lastSegment(href)}</a></li>`,
    )}</ul>`;
  return html`<a href="${first.href}" rel="${rel}">${words(rel)}</a>${first.title && html` <small>${first.title}</small>`}`;
}

function lastSegment(href: string): string {
  const segment = href.split('?', 1)[0]?.split('/').at(-1) ?? href;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A link that embeds a resource on this page or removes it; none if the service does not support it. */
function embedToggle(rel: string, context: RenderContext): Html | false {
  const place = toggledEmbed(rel, context);
  if (place === undefined) return false;
  const label = place.isShown ? 'Hide' : 'Show here';
  return html`<a class="toggle" href="${place.href}" aria-label="${label}: ${words(rel)}">${label}</a>`;
}

/** Like `embedToggle`, for each item of a list. */
export function embedChip(rel: string, context: RenderContext): Html | false {
  const place = toggledEmbed(rel, context);
  if (place === undefined) return false;
  const { href, isShown } = place;
  return html`<a class="chip${isShown && ' on'}" href="${href}" aria-label="${isShown ? 'Hide' : 'Show'}: ${words(rel)}">${words(rel)}</a>`;
}

interface ToggledEmbed {
  readonly href: string;
  readonly isShown: boolean;
}

function toggledEmbed(rel: string, { url, operation: { shape } }: RenderContext): ToggledEmbed | undefined {
  const rels = shape === undefined ? [] : expandable(shape.item ?? shape).map((link) => link.rel);
  if (!rels.includes(rel)) return undefined;
  const shown = expandedIn(url);
  const others = shown.filter((path) => path !== rel && !path.startsWith(`${rel}.`));
  const isShown = others.length < shown.length;
  const placeOf = (path: string) => rels.indexOf(path.split('.', 1)[0] ?? '');
  // A fixed order gives the same page the same URL.
  const paths = isShown ? others : [...shown, rel].toSorted((a, b) => placeOf(a) - placeOf(b));
  return { isShown, href: withQuery(url, [['expand', paths.length === 0 ? undefined : paths.join(',')]]) };
}

/** The relations that the URL expands. */
const expandedIn = (url: string): string[] =>
  queryOf(url)
    .getAll('expand')
    .flatMap((value) => value.split(','))
    .filter(Boolean);

export function paging(body: Body): Html | false {
  const links = PAGING.flatMap((rel) => {
    const href = hrefOf(body, rel);
    return href === undefined || href === hrefOf(body, 'self') ? [] : [{ rel, href }];
  });
  if (links.length === 0) return false;
  return html`<nav class="paging" aria-label="Pages"><ul>${links.map(
    ({ rel, href }) => html`<li><a href="${href}" rel="${rel}">${NAMES[rel] ?? words(rel)}</a></li>`,
  )}</ul></nav>`;
}
