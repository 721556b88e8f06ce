/** What a service knows of its paths, for the links of problems. */
import type { Contract } from '../contract/contract.ts';
import { HEALTH_PATH } from '../contract/places.ts';
import type { Paths } from '../http/problem-links.ts';
import { matchPath, pathTemplate } from '../hypermedia/href.ts';

export function servicePaths({ service, operations }: Contract): Paths {
  const known = operations
    .map(({ method, path }) => ({ method: method.toUpperCase(), path, template: pathTemplate(path) }))
    // Concrete paths before templated ones.
    .sort((a, b) => a.template.names.length - b.template.names.length);
  return {
    status: HEALTH_PATH,
    find(asked, path) {
      const method = asked === 'HEAD' ? 'GET' : asked;
      const found = known.find((one) => one.method === method && matches(one.template, path));
      return found && { service, path: found.path };
    },
  };
}

function matches(template: Parameters<typeof matchPath>[0], path: string): boolean {
  try {
    return matchPath(template, path) !== undefined;
  } catch {
    // It cannot be decoded.
    return false;
  }
}
