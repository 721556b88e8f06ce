/** Where a person came from, and what an action led to: both are filled by the script. */
import { html } from '../../../http/page/html.ts';

export const trail = html`<nav class="trail" aria-label="Visited pages" data-trail hidden></nav>
<div class="result" role="status" data-result></div>`;
