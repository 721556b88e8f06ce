/**
 * Siren (kevinswiber/siren 0.6.2): the state in `properties`, embedded resources in `entities`, actions in
 * `actions`, and links for GET in `links`.
 *
 * A link with a URI template becomes a GET action with one field for each variable, because Siren has no templates.
 */

import { memberName } from '../../codecs/exact-json.ts';
import { json as jsonCodec } from '../../codecs/json.ts';
import { JSON_TYPE } from '../../contract/media-types.ts';
import { isPage, type Page, type Resource } from '../../contract/resource.ts';
import { z } from '../../contract/schema.ts';
import type { TemplateProperty } from '../graph/form-properties.ts';
import type { Action, LinkValue, Representation } from '../representation.ts';
import type { Body, Format } from './format.ts';

interface SirenLink {
  readonly rel: readonly string[];
  readonly href: string;
}

/** An embedded entity names its relation. */
type EmbeddedEntity = Body & { readonly rel: readonly string[] };

function write({ name, state, links, actions, items }: Representation): Body {
  const actionRels = new Set(actions.map(({ rel }) => rel));
  const all = [...links]
    // Siren has no CURIEs, and links with a CURIE also exist under their plain name.
    .filter(([rel]) => !actionRels.has(rel) && !(links.has('curies') && /^[\w-]+:(?!\/\/)/.test(rel)))
    .flatMap(([rel, value]) => [value].flat().map((link): [string, LinkValue] => [rel, link]));
  const allActions = [
    ...actions.map(actionOf),
    ...all.filter(([, { templated }]) => templated).flatMap(([rel, { href }]) => queryAction(rel, href)),
  ];
  return {
    class: [name],
    properties: state,
    ...(items === undefined ? {} : { entities: items.map((item) => embeddedEntity('item', write(item))) }),
    ...(allActions.length === 0 ? {} : { actions: allActions }),
    links: all
      .filter(([, { templated }]) => !templated)
      .map(([rel, link]) => ({ ...link, rel: [memberName(rel)] })),
  };
}

const embeddedEntity = (rel: string, body: Body): EmbeddedEntity => ({ rel: [rel], ...body });

const actionOf = ({ rel, operation, target }: Action) => ({
  name: rel,
  title: operation.title,
  method: operation.method,
  href: target,
  ...(operation.properties.length === 0
    ? {}
    : { type: JSON_TYPE, fields: operation.properties.map(fieldOf) }),
});

/** Constraints keep their HTML names; Siren allows additional members in fields. */
function fieldOf({ prompt, regex, options, ...field }: TemplateProperty): Body {
  const choice = options as { inline?: { prompt: string; value: unknown }[] } | undefined;
  const value = choice?.inline?.map((one) => ({ title: one.prompt, value: one.value }));
  return {
    ...field,
    title: prompt,
    ...(regex === undefined ? {} : { pattern: regex }),
    ...(value === undefined ? {} : { type: 'radio', value }),
  };
}

/** @example `/orders{?limit,state}`; Siren cannot express other templates */
function queryAction(rel: string, template: string): Body[] {
  const [, href, names] = /^([^{}]*)\{\?([^{}]*)\}$/.exec(template) ?? [];
  if (names === undefined) return [];
  return [{ name: rel, method: 'GET', href, fields: names.split(',').map((name) => ({ name })) }];
}

const entitiesOf = (body: Body, rel: string): EmbeddedEntity[] =>
  ((body.entities ?? []) as EmbeddedEntity[]).filter((entity) => entity.rel.includes(rel));

const linksOf = (body: Body, rel: string): SirenLink[] =>
  ((body.links ?? []) as SirenLink[]).filter((link) => link.rel.includes(rel));

const link = z
  .looseObject({ rel: z.array(z.string()), href: z.string().openapi({ format: 'uri-reference' }) })
  .openapi('SirenLink', { description: 'A link (Siren).' });

const action = z
  .looseObject({
    name: z.string(),
    title: z.string().optional(),
    method: z.string(),
    href: z.string().openapi({ format: 'uri-reference' }),
    type: z.string().optional(),
    fields: z.array(z.looseObject({ name: z.string() })).optional(),
  })
  .openapi('SirenAction', { description: 'An action that the state allows (Siren).' });

const entity = z
  .looseObject({ rel: z.array(z.string()), class: z.array(z.string()).optional() })
  .openapi('SirenEntity', { description: 'A resource that is part of another (Siren).' });

const schema = (body: Resource | Page) =>
  z
    .looseObject({
      class: z.array(z.string()),
      properties: isPage(body) ? z.looseObject({}) : body.state,
      links: z.array(link),
      actions: z.array(action).optional(),
      entities: z.array(entity).optional(),
    })
    .openapi(`${body.name}Siren`);

export const siren: Format = {
  mediaType: 'application/vnd.siren+json',
  description: 'Siren: properties, entities, actions and links.',
  codec: jsonCodec,
  schema,
  write,
  links: linksOf,
  hrefs: (body, rel) => linksOf(body, rel).map(({ href }) => href),
  resources(body) {
    const items = entitiesOf(body, 'item');
    const isEmptyPage = Array.isArray(body.entities) && body.entities.length === 0;
    return items.length === 0 && !isEmptyPage ? [body] : items;
  },
  standalone: ({ rel: _, ...item }) => item,
  state: (body) => body.properties as Body,
  embedded: entitiesOf,
  embed(body, rel, parts) {
    if (parts.length === 0) return;
    body.entities = [
      ...((body.entities ?? []) as EmbeddedEntity[]),
      ...parts.map((one) => embeddedEntity(rel, one)),
    ];
  },
};
