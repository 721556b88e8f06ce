/**
 * HAL-FORMS (2021-12-18): HAL with the actions in `_templates`.
 *
 * Every template names its method, its target and its key is the action's relation, also where it is the only
 * one: clients look actions up by name. A body without templates is plain HAL and says so.
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
  // Those that a service wrote itself are there already.
  return halBody(representation, writeHalForms, {
    _templates: { ...templates, ...(state._templates as Body) },
  });
}

export const halForms: Format = {
  ...hal,
  mediaType: HAL_FORMS,
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
