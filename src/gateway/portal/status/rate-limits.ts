/** The rate limits on `/status`: the rules, what they refused, and the shared store. It names no client. */
import { type Html, html } from '../../../http/page/html.ts';
import type { RateLimitsSnapshot } from '../../rate-limits/rate-limiter.ts';

type Rule = RateLimitsSnapshot['rules'][number];

export const rateLimitTable = (limits: RateLimitsSnapshot): Html =>
  html`<h2>Rate limits</h2>
<p>${storeText(limits)}</p>
<div class="table" role="region" aria-labelledby="rate-limits" tabindex="0"><table>
<caption id="rate-limits">Requests that were refused with 429 in the last five minutes, and since this gateway started</caption>
<thead><tr><th scope="col">Limit</th><th scope="col">Allows</th><th scope="col">Counts</th><th scope="col">Refused lately</th><th scope="col">Refused</th></tr></thead>
<tbody>${limits.rules.map(row)}</tbody>
</table></div>`;

/** The state for programs. */
export const rateLimitsState = ({
  rules,
  store,
  isStoreAway,
  gateways,
  fallbacks,
}: RateLimitsSnapshot): Record<string, unknown> => ({
  rules: rules.map(({ window, ...rule }) => ({ ...rule, window: windowText(window) })),
  store,
  ...(store === 'shared' && { storeState: isStoreAway ? 'away' : 'available', gateways, fallbacks }),
});

function storeText({ store, isStoreAway, gateways, fallbacks }: RateLimitsSnapshot): Html | string {
  if (store === 'memory') return 'This gateway counts on its own.';
  const decided = html`${fallbacks} requests were decided without the shared store.`;
  return isStoreAway
    ? html`The shared store is <span class="state open">away</span>. Each of ${gateways} gateways decides on its own. ${decided}`
    : html`${gateways} gateways count together. ${decided}`;
}

const row = ({ name, per, quota, window, burst, refused, refusedRecently, ...scope }: Rule): Html =>
  html`<tr>
<th scope="row">${name}</th>
<td data-label="Allows"><div>${quota} per ${windowText(window)} for ${per === 'gateway' ? 'all requests' : `each ${per}`}${burst > 0 && html`<br><small>${burst} more at once</small>`}</div></td>
<td data-label="Counts">${scopeText(scope)}</td>
<td data-label="Refused lately">${refusedRecently}</td>
<td data-label="Refused">${refused}</td>
</tr>`;

const windowText = (window: Rule['window']): string =>
  typeof window === 'string' ? window : `${window / 1000} s`;

const scopeText = ({
  methods,
  operations,
  services,
}: Pick<Rule, 'methods' | 'operations' | 'services'>): string =>
  [methods, operations, services]
    .flatMap((names) => (names === undefined ? [] : [names.join(', ')]))
    .join(' of ') || 'all requests';
