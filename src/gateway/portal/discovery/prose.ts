/** Converts CommonMark texts of documents to HTML. */

import { firstSegment, RESERVED_SEGMENTS } from '../../../contract/reserved-paths.ts';
import { type Html, html } from '../../../http/page/html.ts';

/**
 * Converts the first paragraph, with its `code` and its [links](/) to this server; other markup is not supported.
 * Code that is a path of the gateway itself becomes a link.
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
