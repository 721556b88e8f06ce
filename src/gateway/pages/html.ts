/** HTML in template strings: what is put in is escaped, unless it is HTML itself. */
import { firstSegment, RESERVED_SEGMENTS } from '../reserved.ts';

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Content = Html | string | number | false | null | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const render = (content: Content): string => {
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(render).join('');
  if (content === false || content === null || content === undefined) return '';
  return String(content).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
};

/** @example html`<a href="${href}">${title}</a>` */
export const html = (strings: TemplateStringsArray, ...contents: readonly Content[]): Html =>
  new Html(String.raw({ raw: strings }, ...contents.map(render)));

/**
 * The first paragraph of a CommonMark text, with its `code` and its [links](/) of this server; no other markup.
 * Code that is a path of the gateway itself is a link to it.
 */
export function prose(text: string): Html[] {
  const [paragraph = ''] = text.trim().split(/\n\s*\n/);
  return paragraph.split(/(\[[^\]]+\]\(\/[^)\s]*\)|`[^`]+`)/).map((part) => {
    const [, label, href] = /^\[([^\]]+)\]\((\/[^/\\)][^)]*|\/)\)$/.exec(part) ?? [];
    if (label && href) return html`<a href="${href}">${label.replaceAll('`', '')}</a>`;
    const [, code] = /^`([^`]+)`$/.exec(part) ?? [];
    if (code === undefined) return html`${part}`;
    return OWN_PATH.test(code) && RESERVED_SEGMENTS.has(firstSegment(code))
      ? html`<a href="${code}"><code>${code}</code></a>`
      : html`<code>${code}</code>`;
  });
}

const OWN_PATH = /^\/(?!\/)[\w./-]*$/;
