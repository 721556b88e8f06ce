/**
 * What can be done now: a form for each template of HAL-FORMS. The script sends what is filled in as JSON, because
 * that is what templates ask for and no form can send.
 */
import { type Html, html } from '../../../http/page/html.ts';
import { memberName } from '../../exact-json.ts';
import { isObject } from '../../is-object.ts';
import type { TemplateProperty } from '../../template.ts';
import { words } from '../../words.ts';
import type { Body } from '../format.ts';
import { control } from './control.ts';
import { isSafeHref } from './safe-href.ts';

interface Template {
  readonly title?: string;
  readonly method: string;
  readonly target: string;
  readonly contentType?: string;
  readonly properties: readonly TemplateProperty[];
}

export function actions(body: Body): Html | false {
  const templates = templatesIn(body);
  if (templates.length === 0) return false;
  return html`<section class="actions-now" aria-labelledby="actions"><h2 id="actions">Can be done now</h2>
<noscript><p class="note">A script of this server sends these forms; without it they do nothing.</p></noscript>
${templates.map(([rel, template]) => action(rel, template, body))}</section>`;
}

/** Those that a form can be made of; a service may write others, which programs read. */
const templatesIn = ({ _templates: templates }: Body): [string, Template][] =>
  Object.entries(isObject(templates) ? templates : {}).flatMap(([key, template]): [string, Template][] =>
    isObject(template) && isTemplate(template) ? [[memberName(key), template]] : [],
  );

const isTemplate = (template: Body): template is Body & Template =>
  typeof template.method === 'string' &&
  typeof template.target === 'string' &&
  isSafeHref(template.target) &&
  Array.isArray(template.properties) &&
  template.properties.every(isProperty);

const isProperty = (property: unknown): boolean =>
  isObject(property) &&
  typeof property.name === 'string' &&
  (property.prompt === undefined || typeof property.prompt === 'string') &&
  (property.schema === undefined || isObject(property.schema)) &&
  (property.options === undefined || isChoice(property.options));

const isChoice = (options: unknown): boolean =>
  isObject(options) &&
  (options.inline === undefined || (Array.isArray(options.inline) && options.inline.every(isObject))) &&
  (options.link === undefined || (isObject(options.link) && typeof options.link.href === 'string'));
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
