/** What a service is needed for, by the documents alone: its own operations, and where others may embed what it has. */

import { linkGraphOf } from '../../../hypermedia/graph/link-graph.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import type { Leading } from './picture.ts';

interface NeedingOperation {
  readonly method: string;
  readonly path: string;
  readonly title: string;
}

interface Embed {
  /** Whose answers have the link. */
  readonly service: string;
  /** The schema that has it. */
  readonly from: string;
  readonly rel: string;
}

export interface Dependents {
  readonly operations: readonly NeedingOperation[];
  readonly embeds: readonly Embed[];
}

/** What the links of each service lead to at others. */
export function leadingOf(services: readonly ServiceDocument[]): readonly Leading[] {
  return [...dependentsOf(services)].flatMap(([to, { embeds }]) =>
    [...Map.groupBy(embeds, ({ service }) => service)].map(([from, links]) => ({
      ...{ from, to },
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
          ...{ method, title },
          path: path.template,
        })),
        embeds: links
          .filter(({ service, to }) => to === name && service !== name)
          .map(({ service, from, rel }) => ({ service, from, rel })),
      },
    ]),
  );
}
