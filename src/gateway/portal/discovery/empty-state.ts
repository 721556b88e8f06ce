/** What stands where the services would: what to do to have one. */
import { html } from '../../../http/page/html.ts';

export const emptyState = html`<p>Nothing yet: <code>npm run new:service -- NAME</code> writes a service and names it in <code>gateway.yaml</code>.</p>`;
