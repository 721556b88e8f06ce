/** Renders a problem as a page: what happened, what to do about it, each fault, and links. */
import { type Problem, problemPath } from '../../contract/problem.ts';
import { type Html, html, withCode } from './html.ts';
import { layout } from './layout.ts';

export interface ProblemPage {
  readonly problem: Problem;
  /** The body of the same response as JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly url: string;
  /** Whether the pages of the gateway are available at the same host. */
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
${signInButton(_links as PageLinks)}
${faultList(errors as readonly ShownFault[])}
<section class="card" aria-labelledby="remedy"><h2 id="remedy">What to do</h2><p>${withCode(remedy)}</p>
${isAtGateway && html`<p><a href="${problemPath(code)}">More about this problem</a></p>`}</section>
${nextLinks(_links as PageLinks)}
${typeof requestId === 'string' && html`<p class="version">Request <code>${requestId}</code></p>`}
<details class="exchange"><summary>Problem details as JSON</summary>
<pre role="region" aria-label="Problem details" tabindex="0"><code>${JSON.stringify(body, null, 2)}</code></pre></details>`,
  });
}

type PageLinks = Readonly<Record<string, PageLink | readonly PageLink[]>>;

interface ShownFault {
  readonly in?: string;
  readonly pointer?: string;
  readonly detail?: string;
}

const faultList = (errors: readonly ShownFault[]): Html | false =>
  errors.length > 0 &&
  html`<section class="card" aria-labelledby="faults"><h2 id="faults">What is wrong</h2><ul class="plain">${errors.map(
    (fault) => html`<li><code>${fault.in} ${fault.pointer}</code> ${fault.detail}</li>`,
  )}</ul></section>`;

const LINK_TITLES: Readonly<Record<string, string>> = {
  self: 'The current resource',
  up: 'The parent resource',
  canonical: 'The same URL without the invalid parameters',
  status: 'Status of the services',
  'service-desc': 'Documentation of the operation',
};

/** The page links to the problem type and to the sign-in elsewhere, and other representations are for programs. */
const HIDDEN_RELATIONS = ['describedby', 'alternate', 'sign-in'];

function signInButton({ 'sign-in': link }: PageLinks): Html | false {
  const [one] = [link ?? []].flat();
  return one !== undefined && html`<p><a class="button" href="${one.href}">${one.title ?? 'Sign in'}</a></p>`;
}

function nextLinks(links: PageLinks): Html | false {
  const all = Object.entries(links)
    .filter(([rel]) => !HIDDEN_RELATIONS.includes(rel))
    .flatMap(([rel, link]) => [link].flat().map((one) => ({ title: LINK_TITLES[rel] ?? rel, ...one })))
    .filter(({ templated }) => !templated);
  return (
    all.length > 0 &&
    html`<section class="card" aria-labelledby="links"><h2 id="links">Links</h2><ul class="plain">${all.map(
      ({ href, title }) => html`<li><a href="${href}">${title}</a></li>`,
    )}</ul></section>`
  );
}
