/** The raw HTTP exchange. Until the script has fetched it, the page shows what a HAL-FORMS response would contain. */

import { stringifyExact } from '../../../codecs/exact-json.ts';
import { type Html, html } from '../../../http/page/html.ts';
import type { Body } from '../format.ts';
import { halForms } from '../hal-forms.ts';

/** A longer text would make the page several times as large. */
const MAX_INLINE_TEXT = 256 * 1024;

export function rawExchange(body: Body, url: string): Html {
  const request = `GET ${url} HTTP/1.1\nAccept: ${halForms.mediaType}`;
  const type = halForms.typeOf?.(body) ?? halForms.mediaType;
  const text = stringifyExact(body, 2);
  // The script fetches it on demand.
  const shown = text.length > MAX_INLINE_TEXT ? '…' : text;
  const response = `HTTP/1.1 200 OK\nContent-Type: ${type}`;
  return html`<details class="exchange" data-exchange="${url}"><summary>The raw exchange</summary>
<p class="copies"><button type="button" data-copy="curl" hidden>Copy as curl</button> <span role="status" data-copied></span></p>
${block('Response body', 'body', shown)}
<details class="heads"><summary>Request and response headers</summary>
${block('Request', 'request', request)}
${block('Response', 'response', response)}</details></details>`;
}

const block = (title: string, name: string, text: string): Html => html`<h3 id="raw-${name}">${title}</h3>
<pre role="region" aria-labelledby="raw-${name}" tabindex="0"><code data-raw="${name}">${text}</code></pre>`;
