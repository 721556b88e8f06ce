/**
 * The kinds of response bodies: a resource, a page of resources, or plain JSON.
 *
 * Contracts describe only the state of a resource, and handlers return only the state. Links, actions and embedded
 * resources are added to the representation, so the component in the document has more members than the state.
 */
import { z } from './schema.ts';

export interface Resource<State extends z.ZodObject = z.ZodObject> {
  readonly kind: 'resource';
  /** Name of the component in the document. */
  readonly name: string;
  readonly state: State;
}

export interface Page<State extends z.ZodObject = z.ZodObject> {
  readonly kind: 'page';
  readonly name: string;
  readonly item: Resource<State>;
  /** Whether the page has the number of items on all pages. Use it only where counting is cheap. */
  readonly total: boolean;
}

export type Body = Resource | Page | z.ZodType;

/** One page of a collection, the result of a handler. */
export interface PageState<Item> {
  readonly items: readonly Item[];
  /** Opaque cursor of the next page; absent on the last page. */
  readonly next?: string | undefined;
  /** Opaque cursor of the previous page; absent on the first page. */
  readonly prev?: string | undefined;
  /** The number of items on all pages, if the page declares `total`. */
  readonly total?: number | undefined;
}

/** The state that a handler returns for a body of this type. */
export type StateOf<B> =
  B extends Page<infer S>
    ? PageState<z.input<S>>
    : B extends Resource<infer S>
      ? z.input<S>
      : B extends z.ZodType
        ? z.input<B>
        : undefined;

export const resource = <S extends z.ZodObject>(name: string, state: S): Resource<S> => ({
  kind: 'resource',
  name,
  state,
});

export const page = <S extends z.ZodObject>(item: Resource<S>, { total = false } = {}): Page<S> => ({
  kind: 'page',
  name: `${item.name}Page`,
  item,
  total,
});

export const isResource = (body: Body | undefined): body is Resource =>
  body !== undefined && 'kind' in body && body.kind === 'resource';

export const isPage = (body: Body | undefined): body is Page =>
  body !== undefined && 'kind' in body && body.kind === 'page';

const MAX_PAGE_SIZE = 100;

/** The query parameters of every operation that returns a page. */
export const pageQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_PAGE_SIZE)
    .default(20)
    .openapi({ description: 'Maximum number of items on a page.' }),
  cursor: z.string().max(1000).optional().openapi({
    description: 'Position of the page. Take it from a `next` or `prev` link.',
  }),
});

/** The query parameter for the sort order of a collection: one of the names, with `-` for the reverse order. */
export const sortBy = <const Name extends string>(first: Name, ...others: readonly Name[]) => {
  const names = [first, ...others].flatMap((name) => [name, `-${name}`] as const);
  return z
    .enum(names)
    .default(first as never)
    .openapi({ description: 'Sort order of the items; `-` reverses it.' });
};
