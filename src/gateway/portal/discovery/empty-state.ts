/** Shown instead of a list of services if there are none. */
import { html } from '../../../http/page/html.ts';

export const emptyState = html`<p>There are no services yet. Run <code>npm run new:service -- NAME</code> to create one and add it to <code>gateway.yaml</code>.</p>`;
