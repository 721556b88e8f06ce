/**
 * HAL-FORMS (2021-12-18): HAL with the actions in `_templates`.
 *
 * Every template names its method and its target, and its key is the action's relation, even if it is the only
 * template: clients look up actions by name. A body without templates is plain HAL and has its media type.
 */
import { HAL, HAL_FORMS, JSON_TYPE } from '../../contract/media-types.ts';
import type { Action, Representation } from '../representation.ts';
import type { Body, Format } from './format.ts';
import { hal, halBody } from './hal.ts';

const template = ({ operation, target }: Action) => ({
  title: operation.title,
  method: operation.method,
  target,
  contentType: JSON_TYPE,
  properties: operation.properties,
});

function writeHalForms(representation: Representation): Body {
  const { actions, state } = representation;
  if (actions.length === 0) return halBody(representation, writeHalForms, {});
  const templates = Object.fromEntries(actions.map((action) => [action.rel, template(action)]));
  // Templates of the service itself take precedence.
  return halBody(representation, writeHalForms, {
    _templates: { ...templates, ...(state._templates as Body) },
  });
}

export const halForms: Format = {
  ...hal,
  mediaType: HAL_FORMS,
  description: 'HAL with the actions in `_templates`. Clients without `Accept` get this.',
  write: writeHalForms,
  typeOf: (body) => (hasTemplates(body) ? HAL_FORMS : HAL),
};

function hasTemplates(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  if ('_templates' in body) return true;
  const { _embedded } = body as Body;
  return Object.values(_embedded ?? {})
    .flat()
    .some(hasTemplates);
}
