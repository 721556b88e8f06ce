/**
 * `/problems`, `/problems/{code}`: describes the problem types and their remedies. The `type` of every problem links here
 * (RFC 9457 §3.1.1).
 *
 * Reads `Accept`. Sends 200, 304, 404, 406.
 */
import type { Router } from 'express';
import { Problem, type ProblemType, problemPath } from '../../../contract/problem.ts';
import { notFound } from '../../../contract/problems.ts';
import { get, sendNegotiated } from '../../../http/page/entity.ts';
import { html } from '../../../http/page/html.ts';
import { layout } from '../../../http/page/layout.ts';
import type { LinkValue, Representation } from '../../../hypermedia/representation.ts';
import { publicProblems } from '../../../openapi/merge/merge.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import { prose } from './prose.ts';
import { representations } from './representations.ts';

const LIST = '/problems';

export function problems(router: Router, services: readonly ServiceDocument[]): void {
  const types = typesOf(services);
  const list = representations(
    {
      name: 'Problems',
      state: {},
      links: new Map<string, LinkValue | readonly LinkValue[]>([
        ['self', { href: LIST }],
        ['item', types.map(({ code, title }) => ({ href: problemPath(code), title }))],
      ]),
      items: types.map(resourceOf),
    },
    listPage(types),
  );
  const pages = new Map(
    types.map((type) => [type.code, representations(resourceOf(type), problemPage(type))] as const),
  );

  get(router, LIST, (req, res) => sendNegotiated(req, res, list));
  get(router, problemPath(':code'), (req, res) => {
    const page = pages.get(String(req.params.code));
    if (!page) throw new Problem(notFound, 'No problem type has this code.');
    sendNegotiated(req, res, page);
  });
}

const typesOf = (services: readonly ServiceDocument[]): ProblemType[] =>
  Object.entries(publicProblems(services) as Record<string, Omit<ProblemType, 'code'>>)
    .map(([code, type]) => ({ ...type, code }))
    .sort((a, b) => a.status - b.status || (a.code < b.code ? -1 : 1));

const resourceOf = (type: ProblemType): Representation => ({
  name: 'ProblemType',
  state: { ...type },
  links: new Map([
    ['self', { href: problemPath(type.code) }],
    ['collection', { href: LIST }],
  ]),
  actions: [],
});

const listPage = (types: readonly ProblemType[]): string =>
  layout({
    title: 'Problems · linkway',
    current: LIST,
    content: html`<h1>Problems</h1>
<p class="lead">Every error response is an <code>application/problem+json</code> document whose <code>type</code> links to one of these pages.</p>
<ul class="problems">${types.map(
      ({ code, status, title }) => html`<li><a class="problem" href="${problemPath(code)}">
<span class="status">${status}</span> <span class="title">${title}</span> <code>${code}</code></a></li>`,
    )}</ul>`,
  });

const problemPage = ({ code, status, title, meaning, remedy }: ProblemType): string =>
  layout({
    title: `${title} · linkway`,
    current: problemPath(code),
    content: html`<p class="crumb"><a href="${LIST}">Problems</a> <span aria-hidden="true">/</span> <code>${code}</code></p>
<h1>${title}</h1>
<p class="version">HTTP status ${status}</p>
<section class="card" aria-labelledby="meaning"><h2 id="meaning">What it means</h2><p>${prose(meaning)}</p></section>
<section class="card" aria-labelledby="remedy"><h2 id="remedy">What to do</h2><p>${prose(remedy)}</p></section>`,
  });
