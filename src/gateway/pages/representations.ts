/** A resource of the gateway's own: in every format that resources have, made once, and as a page for people. */
import type { Request } from 'express';
import { type Entity, entity, HTML, json } from '../../http/entity.ts';
import { formats } from '../../hypermedia/formats/index.ts';
import type { Representation } from '../../hypermedia/represent.ts';

type Make = (req: Request) => Entity;

export function representations(
  resource: Omit<Representation, 'actions'>,
  page: string | Make,
  headers: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, Make> {
  const forPrograms = formats
    .filter(({ rendering }) => rendering === undefined)
    .map(({ mediaType, write, typeOf }): [string, Make] => {
      const body = write({ ...resource, actions: [] });
      return [mediaType, always(json(typeOf?.(body) ?? mediaType, body, headers))];
    });
  const forPeople = typeof page === 'string' ? always(entity(HTML, page, headers)) : page;
  return new Map([...forPrograms, [HTML, forPeople]]);
}

const always =
  (made: Entity): Make =>
  () =>
    made;
