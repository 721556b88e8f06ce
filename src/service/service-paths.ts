/** Looks up the paths of a service, for the links of problems. */
import type { Contract } from '../contract/contract.ts';
import { HEALTH_PATH } from '../contract/shared-paths.ts';
import type { PathLookup } from '../http/problems/problem-links.ts';
import type { Routes } from './route.ts';

export const servicePathLookup = ({ service }: Contract, routes: Pick<Routes, 'find'>): PathLookup => ({
  status: HEALTH_PATH,
  find(method, url) {
    try {
      const path = routes.find(method, url)?.route.path;
      return path === undefined ? undefined : { service, path };
    } catch {
      // The path cannot be decoded.
      return undefined;
    }
  },
});
