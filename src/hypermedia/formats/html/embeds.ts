/** The embedded resources, each in a card with its state and a link to its own page. */
import { type Html, html } from '../../../http/page/html.ts';
import { isJsonObject } from '../../../openapi/is-object.ts';
import { words } from '../../words.ts';
import type { Body, RenderContext } from '../format.ts';
import { collection } from './collection.ts';
import { resourceFields } from './fields.ts';
import { hrefOf } from './links.ts';
import { labelOf } from './names.ts';
import { embeddedOf, isPage } from './parts.ts';

interface ExpandError {
  readonly path: string;
  readonly problem: Body;
}

/** @param prefix prefix of the ids */
export const embeds = (body: Body, context: RenderContext, prefix = 'part'): Html =>
  html`${Object.entries(embeddedOf(body))
    .filter(([rel]) => rel !== 'item')
    .map(([rel, parts]) =>
      ([parts].flat() as Body[]).map((part, index) => embed(rel, part, `${prefix}-${rel}-${index}`, context)),
    )}${failures(errorsIn(body))}`;

function embed(rel: string, part: Body, id: string, context: RenderContext): Html {
  const kind = words(rel);
  const href = hrefOf(part, 'self');
  const name = isPage(part) ? kind : labelOf(part, kind);
  // An embedded resource has no expand links of its own. It is no landmark, because several may have the same name.
  const partContext: RenderContext = { ...context, operation: { title: kind } };
  return html`<section class="card embed"><p class="kind">${kind}, included</p>
<h2 id="${id}">${href === undefined ? name : html`<a href="${href}">${name}</a>`}</h2>
${isPage(part) ? collection(part, kind, partContext, `${id}-items`) : resourceFields(part, id)}
${embeds(part, partContext, id)}</section>`;
}

const errorsIn = ({ _expandErrors: errors }: Body): ExpandError[] =>
  Array.isArray(errors) ? errors.filter((error) => isJsonObject(error) && isJsonObject(error.problem)) : [];

const failures = (errors: readonly ExpandError[]): Html | false =>
  errors.length > 0 &&
  html`<ul class="note">${errors.map(
    ({ path, problem }) =>
      html`<li>${words(String(path))} could not be included: ${problem.title as string}.</li>`,
  )}</ul>`;
