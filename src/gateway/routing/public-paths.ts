/** Finds public paths, for the links in problem responses. */
import type { Router } from 'express';
import { HEALTH_PATH } from '../../contract/shared-paths.ts';
import type { PathLookup, PathOwner } from '../../http/problems/problem-links.ts';
import { STATUS_PATH, servicePath } from '../portal/discovery/discovery.ts';
import type { OperationRouter } from './router.ts';

export const publicPaths = (
  router: OperationRouter,
  pages: Pick<Router, 'stack'> | undefined,
): PathLookup & { isOwn(path: string): boolean } => {
  const ownPaths = new Set(pages?.stack.map(({ route }) => route?.path));
  const isOwn = (path: string) => ownPaths.has(path);
  const find = (method: string, path: string): PathOwner | undefined => {
    if (isOwn(path)) return { path };
    try {
      return findOperation(router, method, path);
    } catch {
      // A path that cannot be decoded has no operation.
      return undefined;
    }
  };
  const hasStatus = pages === undefined || isOwn(STATUS_PATH);
  return {
    find,
    isOwn,
    ...(hasStatus ? { status: STATUS_PATH, statusOf: servicePath } : { status: HEALTH_PATH }),
  };
};

const findOperation = (router: OperationRouter, method: string, path: string): PathOwner | undefined => {
  const operation = router.find(method, path)?.operation;
  return operation && { path: operation.path, service: operation.service };
};
