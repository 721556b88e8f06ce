/** A resource of the gateway's own: in every format that resources have, made once, and as a page for people. */
import type { Request } from 'express';
import { type Entity, entity, HTML, jsonEntity } from '../../../http/page/entity.ts';
import { formats } from '../../../hypermedia/formats/index.ts';
import type { Representation } from '../../../hypermedia/representation.ts';

export type Resource = Omit<Representation, 'actions'> & Partial<Pick<Representation, 'actions'>>;

type Headers = Readonly<Record<string, string>>;

type Make = (req: Request) => Entity;

/** In every format that programs read. */
export const forPrograms = (resource: Resource, headers: Headers = {}): ReadonlyMap<string, Make> =>
  new Map(
    formats
      .filter(({ rendering }) => rendering === undefined)
      .map(({ mediaType, write, typeOf }): [string, Make] => {
        const body = write({ actions: [], ...resource });
        return [mediaType, always(jsonEntity(typeOf?.(body) ?? mediaType, body, headers))];
      }),
  );

export function representations(
  resource: Resource,
  page: string | Make,
  headers: Headers = {},
): ReadonlyMap<string, Make> {
  const forPeople = typeof page === 'string' ? always(entity(HTML, page, headers)) : page;
  return new Map([...forPrograms(resource, headers), [HTML, forPeople]]);
}

const always =
  (made: Entity): Make =>
  () =>
    made;
