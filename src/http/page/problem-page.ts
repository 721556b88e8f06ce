/** A problem as a page: what happened, what to do about it, each fault, and where to go on. */
import { type Problem, problemPath } from '../../contract/problem.ts';
import { type Html, html, withCode } from './html.ts';
import { layout } from './layout.ts';

export interface ProblemPage {
  readonly problem: Problem;
  /** What a program gets. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly url: string;
  /** Whether the gateway's pages are there. */
  readonly isAtGateway: boolean;
}

interface PageLink {
  readonly href: string;
  readonly title?: string;
  readonly templated?: boolean;
}

export function problemPage({ problem, body, url, isAtGateway }: ProblemPage): string {
  const { code, title, status, remedy } = problem.type;
  const { errors = [], _links = {}, requestId } = body;
  return layout({
    title: `${title} · linkway`,
    current: url,
    isAtGateway,
    content: html`<p class="version">HTTP status ${status}</p>
<h1>${title}</h1>
<p class="lead">${problem.message}</p>
${faults(errors as readonly Fault[])}
<section class="card" aria-labelledby="remedy"><h2 id="remedy">What to do</h2><p>${withCode(remedy)}</p>
${isAtGateway && html`<p><a href="${problemPath(code)}">More of this problem</a></p>`}</section>
${onward(_links as Links)}
${typeof requestId === 'string' && html`<p class="version">Request <code>${requestId}</code></p>`}
<details class="exchange"><summary>What a program gets</summary>
<pre role="region" aria-label="Problem details" tabindex="0"><code>${JSON.stringify(body, null, 2)}</code></pre></details>`,
  });
}

type Links = Readonly<Record<string, PageLink | readonly PageLink[]>>;

interface Fault {
  readonly in?: string;
  readonly pointer?: string;
  readonly detail?: string;
}

const faults = (errors: readonly Fault[]): Html | false =>
  errors.length > 0 &&
  html`<section class="card" aria-labelledby="faults"><h2 id="faults">What is wrong</h2><ul class="plain">${errors.map(
    (fault) => html`<li><code>${fault.in} ${fault.pointer}</code> ${fault.detail}</li>`,
  )}</ul></section>`;

const NAMES: Readonly<Record<string, string>> = {
  self: 'The resource as it is now',
  up: 'One step up',
  canonical: 'The same without what was wrong',
  status: 'How the services are',
  'service-desc': 'What the operation takes',
};

/** What the problem means is led to already; other representations are for programs. */
const NOT_SHOWN = ['describedby', 'alternate'];

function onward(links: Links): Html | false {
  const all = Object.entries(links)
    .filter(([rel]) => !NOT_SHOWN.includes(rel))
    .flatMap(([rel, link]) => [link].flat().map((one) => ({ title: NAMES[rel] ?? rel, ...one })))
    .filter(({ templated }) => !templated);
  return (
    all.length > 0 &&
    html`<section class="card" aria-labelledby="onward"><h2 id="onward">From here</h2><ul class="plain">${all.map(
      ({ href, title }) => html`<li><a href="${href}">${title}</a></li>`,
    )}</ul></section>`
  );
}
