/** A typed client of another service, made from its contract: the compiler checks calls and their results. */
import type { Contract } from '../contract/contract.ts';
import type { Operation } from '../contract/operation.ts';
import { Problem } from '../contract/problem.ts';
import { badGateway, dependencyProblems } from '../contract/problems.ts';
import {
  type Body,
  isPage,
  isResource,
  type Page,
  type PageState,
  type Resource,
} from '../contract/resource.ts';
import { z } from '../contract/schema.ts';
import { href, pathTemplate } from '../http/uri/href.ts';
import { queryOf } from '../http/uri/target.ts';
import { type JsonTarget, sendJson } from './json.ts';

type Part<Name extends string, S> = S extends z.ZodType ? { readonly [K in Name]: z.input<S> } : unknown;

type ClientInput<O> =
  O extends Operation<string, infer P, infer Q, infer B>
    ? Part<'params', P> & Partial<Part<'query', Q>> & Part<'body', B>
    : never;

type ResponseBody<B> =
  B extends Page<infer S>
    ? PageState<z.output<S>>
    : B extends Resource<infer S>
      ? z.output<S>
      : B extends z.ZodType
        ? z.output<B>
        : undefined;

type ClientResponse<O extends Operation> =
  | {
      [Status in keyof O['responses'] & number]: {
        readonly ok: true;
        readonly status: Status;
        readonly body: ResponseBody<O['responses'][Status]['body']>;
      };
    }[keyof O['responses'] & number]
  | { readonly ok: false; readonly status: number; readonly problem: unknown };

/** One function for each operation, by operation id. It returns responses below 500, and throws a Problem for others. */
export type Client<C extends Contract> = {
  readonly [O in C['operations'][number] as O['operationId']]: (
    input: ClientInput<O>,
  ) => Promise<ClientResponse<O>>;
};

export const createClient = <C extends Contract>(contract: C, target: JsonTarget): Client<C> =>
  Object.fromEntries(
    contract.operations.map((operation) => [operation.operationId, call(operation, target)]),
  ) as unknown as Client<C>;

interface AnyInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** @throws Problem one of `dependencyProblems`, also for a response that the contract does not declare */
function call({ operationId, method, path, responses }: Operation, target: JsonTarget) {
  const template = pathTemplate(path);
  return async ({ params = {}, query = {}, body }: AnyInput) => {
    const url = href(template, Object.entries({ ...query, ...params }));
    if (url === undefined) throw new Error(`${operationId}: a path parameter has no value`);
    const response = await sendJson(target, { method: method.toUpperCase(), path: url, body, operationId });
    const { status } = response;
    const declared = responses[status];
    if (declared !== undefined)
      return { ok: true, status, body: parseBody(declared.body, response.body, target.name) };
    if (status >= 400 && status < 500) return { ok: false, status, problem: response.body };
    const type = dependencyProblems.find((candidate) => candidate.status === status) ?? badGateway;
    throw new Problem(type, `The service "${target.name}" responded with ${status}.`);
  };
}

function parseBody(spec: Body | undefined, body: unknown, service: string): unknown {
  try {
    if (isPage(spec)) return readPage(spec, body);
    return isResource(spec) ? spec.state.parse(body) : spec?.parse(body);
  } catch (cause) {
    throw new Problem(badGateway, `The response of the service "${service}" does not match its contract.`, {
      cause,
    });
  }
}

const pageLink = z.object({ href: z.string() }).optional();
const halPage = z.object({
  total: z.int().optional(),
  _links: z.object({ next: pageLink, prev: pageLink }),
  _embedded: z.object({ item: z.array(z.unknown()) }),
});

function readPage({ item }: Page, body: unknown): PageState<unknown> {
  const { _links, _embedded, total } = halPage.parse(body);
  const cursorOf = (link: z.output<typeof pageLink>) => queryOf(link?.href ?? '').get('cursor') ?? undefined;
  const items = _embedded.item.map((one) => item.state.parse(one));
  return { items, next: cursorOf(_links.next), prev: cursorOf(_links.prev), total };
}
