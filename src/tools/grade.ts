/**
 * `grade`: reports the level of each operation in Richardson's maturity model: level 1 has resources, level 2 uses HTTP
 * methods correctly (RFC 9110 §9.3), and level 3 has links.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { LinkGraph } from '../hypermedia/graph/link-graph.ts';
import type { GraphOperation } from '../hypermedia/graph/model.ts';
import { declaresLinks } from '../hypermedia/graph/response-schema.ts';
import type { Command } from './command.ts';
import { loadDocument, requireNames } from './load.ts';

type Level = 0 | 1 | 2 | 3;

interface Grade {
  readonly operation: string;
  readonly level: Level;
  readonly reason: string;
  /** How to reach the next level. */
  readonly remedy?: string;
}

export const grade: Command = {
  usage: 'grade FILE|URL…',
  about: 'report the Richardson level of an API, the reasons, and how to raise it',
  async run(names) {
    const graded = [];
    for (const place of requireNames(names)) graded.push(gradesOf(place, await loadDocument(place)));
    return { json: graded, lines: graded.flatMap(linesOf), isGood: true };
  },
};

interface Graded {
  readonly place: string;
  /** The level that most operations reach. */
  readonly level: Level;
  readonly operations: readonly Grade[];
}

function gradesOf(place: string, document: OpenAPIObject): Graded {
  const graph = new LinkGraph([{ name: place, document }]);
  const all = graph.operationsOf(place);
  const operations = all.map((operation) => gradeOf(operation, all, document));
  const count = (level: number) => operations.filter((one) => one.level >= level).length;
  const level =
    ([3, 2, 1] as const).find((one) => operations.length > 0 && count(one) * 2 > operations.length) ?? 0;
  return { place, level, operations };
}

/** Verbs that the method should express. */
const VERB = /^(?:get|list|fetch|find|create|add|update|set|delete|remove)(?=[A-Z_-]|$)/;

function gradeOf(operation: GraphOperation, all: readonly GraphOperation[], document: OpenAPIObject): Grade {
  const { method, path, shape, body } = operation;
  const name = `${method} ${path.template}`;
  const graded = (level: Level, reason: string, remedy?: string): Grade => ({
    operation: name,
    level,
    reason,
    ...(remedy !== undefined && { remedy: remedy }),
  });
  if (new Set(all.map((one) => one.path.template)).size === 1 && all.length > 1)
    return graded(0, 'all operations share one path', 'give each resource its own path');
  const verb = path.literals
    .flatMap((literal) => literal.split('/'))
    .map((segment) => VERB.exec(segment)?.[0])
    .find((found) => found !== undefined);
  if (verb !== undefined)
    return graded(
      1,
      `the path contains the verb “${verb}”`,
      'name the resource in the path, and express the action by the method',
    );
  if (new Set(all.map((one) => one.method)).size === 1 && all.length > 3)
    return graded(
      1,
      `every operation is ${method}`,
      'read with GET, create with POST, change with PUT or PATCH',
    );
  if (body === undefined)
    return graded(2, 'resource and method; its response has no body that could contain links');
  if (declaresLinks(document, body.schema)) return graded(3, 'its response has _links');
  const links = [...(shape?.links.keys() ?? []), ...(shape?.item?.links.keys() ?? [])];
  if (links.length > 0) return graded(3, `Link Objects add hypermedia: ${[...new Set(links)].join(', ')}`);
  return graded(
    2,
    'resource and method, but no links',
    'declare Link Objects in the document or in an Overlay',
  );
}

const NAMES = ['one endpoint', 'resources', 'methods', 'hypermedia'] as const;

const linesOf = ({ place, level, operations }: Graded): string[] => [
  `${place}: level ${level}, ${NAMES[level]}`,
  ...operations.map(
    ({ operation, level: own, reason, remedy }) =>
      `  ${own}  ${operation}: ${reason}${remedy ? `; ${remedy}` : ''}`,
  ),
];
