/** The visited pages and the result of an action; the script fills both. */
import { html } from '../../../http/page/html.ts';

export const trail = html`<nav class="trail" aria-label="Visited pages" data-trail hidden></nav>
<div class="result" role="status" data-result></div>`;
