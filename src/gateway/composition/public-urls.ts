/**
 * Rewrites URLs of a service to public URLs, in bodies, `Link` (RFC 8288), `Location` and `Content-Location`
 * (RFC 9110 §10.2.2, §8.7). Links that no route serves are omitted and counted.
 */

import { isRawNumber, memberName } from '../../codecs/exact-json.ts';
import { formatLink, type ParsedLink, parseLinkHeader } from '../../http/headers/link-header.ts';
import { withValues } from '../../http/headers/raw-headers.ts';
import type { Mount } from '../routing/path-mapping.ts';

export interface PublicUrlsOptions {
  /** Prefixes of the URLs of the service. */
  readonly prefixes: readonly string[];
  /** Maps paths of the service, if public paths differ. */
  readonly mount?: Mount | undefined;
  /** Whether the gateway serves a path. */
  readonly serves: (path: string) => boolean;
  /** Called for every omitted link. */
  readonly onDropped: () => void;
}

const DROPPED = Symbol('dropped');

/** Members that contain links. */
const LINKS: ReadonlySet<string> = new Set(['_links', 'links']);
const LOCATIONS: ReadonlySet<string> = new Set(['location', 'content-location']);

export class PublicUrls {
  readonly #options: PublicUrlsOptions;
  readonly #prefixes: readonly string[];

  constructor(options: PublicUrlsOptions) {
    this.#options = options;
    this.#prefixes = options.prefixes
      .map((prefix) => prefix.replace(/\/+$/, ''))
      .toSorted((a, b) => b.length - a.length);
  }

  /** @param origin scheme and host as the client sees them */
  body(value: unknown, origin: string): unknown {
    const rewritten = this.#rewrite(value, origin, false);
    return rewritten === DROPPED ? null : rewritten;
  }

  /** Rewrites URLs in raw headers. */
  headers(raw: readonly string[], origin: string): string[] {
    return withValues(raw, (name, value) => {
      if (!LOCATIONS.has(name) && name !== 'link') return value;
      const changed = name === 'link' ? this.#linkHeader(value, origin) : this.#link(value, origin);
      return changed === DROPPED ? undefined : changed;
    });
  }

  /** The public path of a link; undefined if it leads to another server or no route serves it. */
  local(href: string, origin: string): string | undefined {
    const path = href.startsWith(`${origin}/`) ? href.slice(origin.length) : href;
    return isPath(path) && this.#options.serves(path) ? path : undefined;
  }

  /** @returns the same value if nothing in it changes */
  #rewrite(value: unknown, origin: string, areLinks: boolean): unknown {
    if (typeof value === 'string')
      return areLinks || this.#pathOf(value) !== undefined ? this.#link(value, origin) : value;
    if (typeof value !== 'object' || value === null || isRawNumber(value)) return value;
    return Array.isArray(value)
      ? this.#elements(value, origin, areLinks)
      : this.#members(value as Readonly<Record<string, unknown>>, origin, areLinks);
  }

  #elements(elements: readonly unknown[], origin: string, areLinks: boolean): readonly unknown[] {
    // An object in a list is a link: only its `href` is a URL.
    const rewritten = elements.map((element) =>
      this.#rewrite(element, origin, areLinks && typeof element === 'string'),
    );
    if (rewritten.every((element, index) => element === elements[index])) return elements;
    return rewritten.filter((element) => element !== DROPPED);
  }

  #members(value: Readonly<Record<string, unknown>>, origin: string, areLinks: boolean): unknown {
    let isChanged = false;
    const rewritten: [string, unknown][] = [];
    for (const [key, member] of Object.entries(value)) {
      const name = memberName(key);
      const isHref = name === 'href' && typeof member === 'string';
      const changed = this.#rewrite(
        member,
        origin,
        isHref || LINKS.has(name) || (areLinks && typeof member === 'string'),
      );
      // A link without `href` is omitted.
      if (changed === DROPPED && isHref) return DROPPED;
      isChanged ||= changed !== member;
      if (changed !== DROPPED) rewritten.push([key, changed]);
    }
    return isChanged ? Object.fromEntries(rewritten) : value;
  }

  #linkHeader(value: string, origin: string): string | typeof DROPPED {
    const links = parseLinkHeader(value);
    if (links === undefined) return value;
    const served = links.flatMap((link) => {
      const uri = this.#link(link.uri, origin);
      return uri === DROPPED ? [] : [{ ...link, uri }];
    });
    const isComplete = served.length === links.length;
    if (isComplete && served.every(({ uri }, index) => uri === links[index]?.uri)) return value;
    return served.length === 0 ? DROPPED : served.map(formatLink).join(', ');
  }

  #link(href: string, origin: string): string | typeof DROPPED {
    const path = this.#pathOf(href);
    if (path === undefined && !isPath(href)) return href;
    const local = path ?? this.#options.mount?.toPublic(href) ?? href;
    if (!this.#options.serves(local)) {
      this.#options.onDropped();
      return DROPPED;
    }
    return path === undefined ? local : origin + path;
  }

  /** The public path of a URL of the service; undefined for URLs of other servers. */
  #pathOf(url: string): string | undefined {
    const prefix = this.#prefixes.find(
      (one) => url.startsWith(one) && /^(?:[/?#]|$)/.test(url.slice(one.length)),
    );
    if (prefix === undefined) return undefined;
    const rest = url.slice(prefix.length);
    const path = rest.startsWith('/') ? rest : `/${rest}`;
    const { mount } = this.#options;
    if (mount === undefined) return path;
    // The URL may already contain the base path.
    return mount.toPublic(path.startsWith(`${mount.base}/`) ? path : mount.base + path);
  }
}

/** Reads the links of `Link` headers; a malformed header has none. */
export const linksIn = (headers: readonly string[]): ParsedLink[] =>
  headers.flatMap((value) => parseLinkHeader(value) ?? []);

/** Whether a reference is a path; `//` would start a host (RFC 3986 §4.2). */
const isPath = (href: string): boolean => /^\/(?!\/)/.test(href);
