/** The embedded resources of a body. */
import { isJsonObject } from '../../../openapi/is-object.ts';
import type { Body } from '../format.ts';

/** The embedded resource, or a list of them, by relation. */
export const embeddedOf = ({ _embedded }: Body): Readonly<Record<string, Body | Body[]>> =>
  Object.fromEntries(
    Object.entries(isJsonObject(_embedded) ? _embedded : {}).flatMap(
      ([rel, parts]): [string, Body | Body[]][] => {
        if (Array.isArray(parts)) return [[rel, parts.filter(isJsonObject)]];
        return isJsonObject(parts) ? [[rel, parts]] : [];
      },
    ),
  );

/** Whether the body is a page of a collection. */
export const isPage = (body: Body): boolean => Array.isArray(embeddedOf(body).item);
