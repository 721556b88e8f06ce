/** Finds what depends on a service, from the documents: its operations, and resources that embed its resources. */

import { linkGraphOf } from '../../../hypermedia/graph/link-graph.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import type { LinkDependency } from './picture.ts';

interface ServiceOperation {
  readonly method: string;
  readonly path: string;
  readonly title: string;
}

interface Embed {
  /** The service whose responses contain the link. */
  readonly service: string;
  /** The schema that contains the link. */
  readonly from: string;
  readonly rel: string;
}

export interface Dependents {
  readonly operations: readonly ServiceOperation[];
  readonly embeds: readonly Embed[];
}

/** Links from each service to others. */
export function linkDependenciesOf(services: readonly ServiceDocument[]): readonly LinkDependency[] {
  return [...dependentsOf(services)].flatMap(([to, { embeds }]) =>
    [...Map.groupBy(embeds, ({ service }) => service)].map(([from, links]) => ({
      from,
      to,
      rels: [...new Set(links.map(({ rel }) => rel))],
    })),
  );
}

export function dependentsOf(services: readonly ServiceDocument[]): ReadonlyMap<string, Dependents> {
  const graph = linkGraphOf(services);
  const links = services.flatMap(({ name }) =>
    graph
      .shapesOf(name)
      .flatMap(({ name: from, links: own }) =>
        [...own.values()].map(({ rel, target }) => ({ service: name, from, rel, to: target.service })),
      ),
  );
  return new Map(
    services.map(({ name }) => [
      name,
      {
        operations: graph.operationsOf(name).map(({ method, path, title }) => ({
          method,
          title,
          path: path.template,
        })),
        embeds: links
          .filter(({ service, to }) => to === name && service !== name)
          .map(({ service, from, rel }) => ({ service, from, rel })),
      },
    ]),
  );
}
