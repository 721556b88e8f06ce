/** What a body has embedded. */
import type { Body } from '../format.ts';

export const embeddedOf = (body: Body): Body => (body._embedded ?? {}) as Body;

/** Whether it is a page of a collection: then it is about its items. */
export const isPage = (body: Body): boolean => Array.isArray(embeddedOf(body).item);
