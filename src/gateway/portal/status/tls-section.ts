/** The part of `/status` about TLS: the certificate in use, why a newer one is not, and failed handshakes. */
import { type Html, html } from '../../../http/page/html.ts';
import type { TlsStatus } from '../../../http/server/tls/server-certificate.ts';
import { clock } from './service-state.ts';

export const tlsSection = ({
  subject,
  issuer,
  validUntil,
  daysLeft,
  refused,
  failedHandshakes,
}: TlsStatus): Html =>
  html`<h2>TLS</h2>
<ul><li>Certificate of <code>${subject}</code>, issued by <code>${issuer}</code>, valid until <time datetime="${validUntil}">${validUntil.slice(0, 10)}</time> (${remaining(daysLeft)})</li>${
    refused &&
    html`<li>The previous certificate stays in use: <code>${refused.reason}</code> <small>since <time datetime="${refused.since}">${clock(refused.since)}</time></small></li>`
  }${failedHandshakes.map(({ meaning, count }) => html`<li>${count} failed ${count === 1 ? 'handshake' : 'handshakes'}: ${meaning}</li>`)}</ul>`;

const remaining = (days: number): string =>
  days < 0 ? 'expired' : days === 1 ? '1 day left' : `${days} days left`;
