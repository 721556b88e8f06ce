/**
 * The available actions: one form for each HAL-FORMS template. A script sends the input as JSON, because templates
 * require it and forms cannot do it.
 */

import { memberName } from '../../../codecs/exact-json.ts';
import { type Html, html } from '../../../http/page/html.ts';
import { isJsonObject } from '../../../openapi/is-object.ts';
import type { TemplateProperty } from '../../graph/form-properties.ts';
import { words } from '../../words.ts';
import type { Body, RenderContext } from '../format.ts';
import { control } from './control.ts';
import { isPage } from './parts.ts';
import { isSafeHref } from './safe-href.ts';
import { actionTitle, doneTitle } from './titles.ts';

interface Template {
  readonly title?: string;
  readonly method: string;
  readonly target: string;
  readonly contentType?: string;
  readonly properties: readonly TemplateProperty[];
}

/** @param hasHiddenHeading whether the section is above the items and needs no visible heading */
export function actionForms(
  body: Body,
  { operation }: RenderContext,
  hasHiddenHeading = false,
): Html | false {
  const templates = supportedTemplates(body).map(([rel, template]): FormAction => {
    const isDestructive =
      template.method === 'DELETE' || operation.shape?.links.get(rel)?.target.destructive === true;
    const declaredTitle = template.title ?? words(rel);
    const title = isPage(body)
      ? declaredTitle
      : actionTitle(declaredTitle, operation.shape && words(operation.shape.name));
    return { rel, template, title, done: doneTitle(declaredTitle), isDestructive };
  });
  if (templates.length === 0) return false;
  // Destructive actions come last.
  const inOrder = templates.toSorted((a, b) => Number(a.isDestructive) - Number(b.isDestructive));
  return html`<section class="actions-now" aria-labelledby="actions"><h2 id="actions"${hasHiddenHeading && html` class="hidden"`}>Available actions</h2>
<noscript><p class="note">These forms need JavaScript.</p></noscript>
${inOrder.map((action) => renderAction(action, body))}</section>`;
}

/** Templates that can be rendered as forms; services may write others for programs. */
const supportedTemplates = ({ _templates: templates }: Body): [string, Template][] =>
  Object.entries(isJsonObject(templates) ? templates : {}).flatMap(([key, template]): [string, Template][] =>
    isJsonObject(template) && isTemplate(template) ? [[memberName(key), template]] : [],
  );

const isTemplate = (template: Body): template is Body & Template =>
  typeof template.method === 'string' &&
  typeof template.target === 'string' &&
  (template.title === undefined || typeof template.title === 'string') &&
  isSafeHref(template.target) &&
  Array.isArray(template.properties) &&
  template.properties.every(isProperty);

const isProperty = (property: unknown): boolean =>
  isJsonObject(property) &&
  typeof property.name === 'string' &&
  (property.prompt === undefined || typeof property.prompt === 'string') &&
  (property.schema === undefined || isJsonObject(property.schema)) &&
  (property.options === undefined || isOptions(property.options));

const isOptions = (options: unknown): boolean =>
  isJsonObject(options) &&
  (options.inline === undefined || (Array.isArray(options.inline) && options.inline.every(isJsonObject))) &&
  (options.link === undefined || (isJsonObject(options.link) && typeof options.link.href === 'string'));

const MAX_CONTROLS = 2000;

interface FormAction {
  readonly rel: string;
  readonly template: Template;
  readonly title: string;
  /** The message after success. */
  readonly done: string;
  readonly isDestructive: boolean;
}

/** An action without input is a button. Actions with input and destructive actions must be opened first. */
function renderAction(action: FormAction, body: Body): Html {
  const { rel, template, title, isDestructive } = action;
  const isButton = template.properties.length === 0 && !isDestructive;
  if (isButton) return renderForm(action, body, title);
  const label = isDestructive ? `Yes, ${title.charAt(0).toLowerCase()}${title.slice(1)}` : title;
  return html`<details class="card action${isDestructive && ' destructive'}" data-action-of="${rel}"><summary>${title}</summary>${renderForm(action, body, label)}</details>`;
}

function renderForm(
  { rel, template, title, done, isDestructive }: FormAction,
  body: Body,
  label: string,
): Html {
  const knownValues = {
    ...Object.fromEntries(template.properties.map(({ name }) => [name, undefined])),
    ...body,
  };
  const budget = { controls: MAX_CONTROLS };
  return html`<form action="${template.target}" method="post" data-action="${rel}" data-method="${template.method}"
 data-type="${template.contentType}" data-done="${done}" aria-label="${title}">
<div class="problem-box" data-problem tabindex="-1" hidden></div>
${template.properties.map((property) => control(property, body[property.name], { id: rel, knownValues, budget }))}
${isDestructive && html`<p class="warning">Are you sure? It may not be possible to undo this.</p>`}
<button class="${isDestructive ? 'danger' : 'primary'}">${label}</button></form>`;
}
