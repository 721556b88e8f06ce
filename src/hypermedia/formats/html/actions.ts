/**
 * What can be done now: a form for each template of HAL-FORMS. The script sends what is filled in as JSON, because
 * that is what templates ask for and no form can send.
 */
import { type Html, html } from '../../../http/page/html.ts';
import type { TemplateProperty } from '../../template.ts';
import { words } from '../../words.ts';
import type { Body } from '../format.ts';
import { control } from './control.ts';

interface Template {
  readonly title?: string;
  readonly method: string;
  readonly target: string;
  readonly contentType?: string;
  readonly properties: readonly TemplateProperty[];
}

export function actions(body: Body): Html | false {
  const templates = Object.entries((body._templates ?? {}) as Record<string, Template>);
  if (templates.length === 0) return false;
  return html`<section class="actions-now" aria-labelledby="actions"><h2 id="actions">Can be done now</h2>
<noscript><p class="note">A script of this server sends these forms; without it they do nothing.</p></noscript>
${templates.map(([rel, template]) => action(rel, template, body))}</section>`;
}

const MOST_CONTROLS = 2000;

/** What asks for nothing is a button, what asks for something is opened first. */
function action(rel: string, template: Template, body: Body): Html {
  const title = template.title ?? words(rel);
  const known = { ...Object.fromEntries(template.properties.map(({ name }) => [name, undefined])), ...body };
  const room = { controls: MOST_CONTROLS };
  const form = html`<form action="${template.target}" method="post" data-action="${rel}" data-method="${template.method}"
 data-type="${template.contentType}" aria-label="${title}">
<div class="problem-box" data-problem tabindex="-1" hidden></div>
${template.properties.map((property) => control(property, body[property.name], { id: rel, known, room }))}
<button class="primary">${title}</button></form>`;
  if (template.properties.length === 0) return form;
  return html`<details class="card action" data-action-of="${rel}"><summary>${title}</summary>${form}</details>`;
}
