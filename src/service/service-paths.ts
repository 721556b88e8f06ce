/** What a service knows of its paths, for the links of problems. */
import type { Contract } from '../contract/contract.ts';
import { HEALTH_PATH } from '../contract/shared-paths.ts';
import type { Paths } from '../http/problems/problem-links.ts';
import type { Routes } from './route.ts';

export const servicePaths = ({ service }: Contract, routes: Pick<Routes, 'find'>): Paths => ({
  status: HEALTH_PATH,
  find(method, url) {
    try {
      const path = routes.find(method, url)?.route.path;
      return path === undefined ? undefined : { service, path };
    } catch {
      // It cannot be decoded.
      return undefined;
    }
  },
});
