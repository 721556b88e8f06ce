/** What a body has embedded. */
import { isJsonObject } from '../../../openapi/is-object.ts';
import type { Body } from '../format.ts';

/** Under its relation a resource, or a list of them. */
export const embeddedOf = ({ _embedded }: Body): Readonly<Record<string, Body | Body[]>> =>
  Object.fromEntries(
    Object.entries(isJsonObject(_embedded) ? _embedded : {}).flatMap(
      ([rel, parts]): [string, Body | Body[]][] => {
        if (Array.isArray(parts)) return [[rel, parts.filter(isJsonObject)]];
        return isJsonObject(parts) ? [[rel, parts]] : [];
      },
    ),
  );

/** Whether it is a page of a collection: then it is about its items. */
export const isPage = (body: Body): boolean => Array.isArray(embeddedOf(body).item);
