/**
 * Handles `?expand=` in a service: its own resources are created in process, those of other services are fetched
 * with the outbound client. Behind a gateway only its own are requested.
 */

import { parseExact, stringifyExact } from '../codecs/exact-json.ts';
import type { ExpandLimits } from '../config/limits.ts';
import { Problem } from '../contract/problem.ts';
import { badGateway } from '../contract/problems.ts';
import { matchPath } from '../http/uri/href.ts';
import { splitTarget } from '../http/uri/target.ts';
import { type FetchPart, type PartResponse, toPart } from '../hypermedia/expand/fetch.ts';
import type { EmbedsPredicate } from '../hypermedia/expand/plan.ts';
import type { Format } from '../hypermedia/formats/format.ts';
import type { GraphOperation } from '../hypermedia/graph/model.ts';
import type { OperationRunner } from './operation-runner.ts';
import { type RequestCaller, UNKNOWN_CALLER } from './security/caller.ts';

/** Gets a resource of another service, on behalf of the client. */
export type GetJson = (
  service: string,
  path: string,
  accept: string,
  operationId: string,
  /** Maximum number of bytes. */
  limit: number,
) => Promise<PartResponse>;

export interface Expansion {
  readonly embeds: EmbedsPredicate;
  /** @param accept the header of the client, for resources of other services; without it every type is accepted */
  fetchAs(accept: string | undefined, format: Format, requestCaller?: RequestCaller): FetchPart;
  readonly limits: ExpandLimits;
}

export function createExpansion(
  service: string,
  runners: ReadonlyMap<string, OperationRunner>,
  getJson: GetJson,
  limits: ExpandLimits,
): Expansion {
  const runOwn = async (
    href: string,
    operation: GraphOperation,
    format: Format,
    { caller, allows }: RequestCaller,
  ) => {
    const runner = runners.get(operation.operationId);
    const [path, query] = splitTarget(href);
    const params = matchPath(operation.path, path);
    if (runner === undefined || params === undefined)
      throw new Error(`${href} is not a path of ${operation.operationId}`);
    const request = {
      params,
      query: new URLSearchParams(query),
      body: undefined,
      url: href,
      headers: {},
      caller,
      allows,
    };
    const { status, body } = await runner.run(request, format);
    // The part passes through JSON, so that it is the same as one that was fetched.
    const text = stringifyExact(body);
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.bytes) throw new Problem(badGateway, `${href} is larger than ${limits.bytes} bytes.`);
    return toPart({ status, body: parseExact(text), bytes, cacheControl: runner.cacheControl });
  };
  return {
    limits,
    embeds: (owner, target) => owner.service !== service && owner.service === target.service && owner.expands,
    fetchAs:
      (accept = '*/*', format, requestCaller = UNKNOWN_CALLER) =>
      async (href, operation) => {
        const refusal = requestCaller.refusal(operation);
        if (refusal !== undefined) throw refusal;
        return operation.service === service
          ? runOwn(href, operation, format, requestCaller)
          : toPart(await getJson(operation.service, href, accept, operation.operationId, limits.bytes));
      },
  };
}
