/**
 * Finds the operation of a request, with the same route tree as the gateway, so that a path template matches the
 * same paths on both sides.
 *
 * Sends 204 with `Allow` and `Accept-Patch` for OPTIONS (RFC 9110 §9.3.7, RFC 5789 §3.1). Throws bad-request (400)
 * for a path that could be taken for another, not-found (404), and method-not-allowed (405) with `Allow` (RFC 9110
 * §15.5.6).
 */
import { type RequestHandler, Router } from 'express';
import type { Contract } from '../contract/contract.ts';
import { ACCEPT_PATCH } from '../contract/media-types.ts';
import { bodyTypes, type Operation } from '../contract/operation.ts';
import { matchTemplate } from '../contract/path-template.ts';
import { Problem } from '../contract/problem.ts';
import { methodNotAllowed, notFound } from '../contract/problems.ts';
import { RouteTree, unreachableReason } from '../http/uri/route-tree.ts';
import { DEFAULT_CACHE_CONTROL } from './operation-runner.ts';

export type Routes = RouteTree<Operation>;

/** @throws Error when no request can match a path, or two operations have the same method and path */
export function routesOf({ service, operations }: Contract): Routes {
  const routes: Routes = new RouteTree();
  for (const operation of operations) {
    const { operationId, method, path } = operation;
    const reason = unreachableReason(path);
    if (reason !== undefined)
      throw new Error(`${service}: ${operationId}: no request can match ${path}: ${reason}`);
    const owner = routes.add(method.toUpperCase(), path, operation);
    if (owner !== undefined)
      throw new Error(
        `${service}: ${operationId}: ${method.toUpperCase()} ${path} is already used by ${owner.operationId}; choose another path`,
      );
  }
  return routes;
}

/** @param steps the steps of each operation */
export function routeOperations(
  routes: Routes,
  steps: ReadonlyMap<Operation, readonly RequestHandler[]>,
): RequestHandler {
  // Express passes path parameters only to routers that merge them.
  const handlers = new Map(
    [...steps].map(([operation, own]) => [operation, Router({ mergeParams: true }).use(...own)]),
  );
  return (req, res, next) => {
    const { url } = req;
    const found = routes.find(req.method, url);
    if (found !== undefined) {
      const { route: operation, segments, path } = found;
      req.params = matchTemplate(segments, path.raw, path.decoded) ?? {};
      return handlers.get(operation)?.(req, res, next);
    }
    const allow = routes.allowedMethods(url).join(', ');
    if (allow === '') throw new Problem(notFound, `No operation has the path ${req.path}.`);
    if (req.method !== 'OPTIONS')
      throw new Problem(
        methodNotAllowed,
        `${req.path} does not support ${req.method}. It supports ${allow}.`,
        { headers: { Allow: allow } },
      );
    const patch = routes.find('PATCH', url)?.route.body;
    if (patch !== undefined) res.set(ACCEPT_PATCH, bodyTypes(patch).join(', '));
    return void res.status(204).set({ Allow: allow, 'Cache-Control': DEFAULT_CACHE_CONTROL }).end();
  };
}
