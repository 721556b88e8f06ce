/** Representations of a resource of the gateway itself: all formats for programs, created once, and an HTML page. */
import type { Request } from 'express';
import { type Entity, entity, HTML, jsonEntity } from '../../../http/page/entity.ts';
import { formats } from '../../../hypermedia/formats/index.ts';
import type { Representation } from '../../../hypermedia/representation.ts';

export type Resource = Omit<Representation, 'actions'> & Partial<Pick<Representation, 'actions'>>;

type Headers = Readonly<Record<string, string>>;

type CreateEntity = (req: Request) => Entity;

/** Representations in all formats for programs. */
export const forPrograms = (resource: Resource, headers: Headers = {}): ReadonlyMap<string, CreateEntity> =>
  new Map(
    formats
      .filter(({ rendering }) => rendering === undefined)
      .map(({ mediaType, write, typeOf }): [string, CreateEntity] => {
        const body = write({ actions: [], ...resource });
        return [mediaType, always(jsonEntity(typeOf?.(body) ?? mediaType, body, headers))];
      }),
  );

export function representations(
  resource: Resource,
  page: string | CreateEntity,
  headers: Headers = {},
): ReadonlyMap<string, CreateEntity> {
  const forPeople = typeof page === 'string' ? always(entity(HTML, page, headers)) : page;
  return new Map([...forPrograms(resource, headers), [HTML, forPeople]]);
}

const always =
  (created: Entity): CreateEntity =>
  () =>
    created;
