/**
 * `grade`: which level of Richardson's maturity model an API reaches, operation by operation: 1 has resources, 2 uses
 * the methods of HTTP as they are meant (RFC 9110 §9.3), 3 says where it leads.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { LinkGraph } from '../hypermedia/graph/link-graph.ts';
import type { GraphOperation } from '../hypermedia/graph/model.ts';
import { declaresLinks } from '../hypermedia/graph/response-schema.ts';
import type { Command } from './command.ts';
import { loadDocument, named } from './load.ts';

type Level = 0 | 1 | 2 | 3;

interface Grade {
  readonly operation: string;
  readonly level: Level;
  readonly reason: string;
  /** What would bring it to the next level. */
  readonly mend?: string;
}

export const grade: Command = {
  usage: 'grade FILE|URL…',
  about: 'which Richardson level an API reaches, why, and what would lift it',
  async run(names) {
    const graded = [];
    for (const place of named(names)) graded.push(gradesOf(place, await loadDocument(place)));
    return { json: graded, lines: graded.flatMap(linesOf), isGood: true };
  },
};

interface Graded {
  readonly place: string;
  /** Of most of its operations that answer with something. */
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

/** Words that belong into the method. */
const VERB = /^(?:get|list|fetch|find|create|add|update|set|delete|remove)(?=[A-Z_-]|$)/;

function gradeOf(operation: GraphOperation, all: readonly GraphOperation[], document: OpenAPIObject): Grade {
  const { method, path, shape, body } = operation;
  const name = `${method} ${path.template}`;
  const graded = (level: Level, reason: string, mend?: string): Grade => ({
    operation: name,
    level,
    reason,
    ...(mend !== undefined && { mend }),
  });
  if (new Set(all.map((one) => one.path.template)).size === 1 && all.length > 1)
    return graded(0, 'everything is at one path', 'give each thing a path of its own');
  const verb = path.literals
    .flatMap((literal) => literal.split('/'))
    .map((segment) => VERB.exec(segment)?.[0])
    .find((found) => found !== undefined);
  if (verb !== undefined)
    return graded(
      1,
      `“${verb}” is in its path, not in its method`,
      'name the thing in the path, and use the method',
    );
  if (new Set(all.map((one) => one.method)).size === 1 && all.length > 3)
    return graded(
      1,
      `every operation is ${method}`,
      'read with GET, make with POST, change with PUT or PATCH',
    );
  if (body === undefined) return graded(2, 'resource and method; it answers with nothing that could lead on');
  if (declaresLinks(document, body.schema)) return graded(3, 'its answer has _links');
  const links = [...(shape?.links.keys() ?? []), ...(shape?.item?.links.keys() ?? [])];
  if (links.length > 0) return graded(3, `Link Objects lift it: ${[...new Set(links)].join(', ')}`);
  return graded(
    2,
    'resource and method, but it leads nowhere',
    'declare Link Objects, here or in an Overlay',
  );
}

const NAMES = ['one endpoint', 'resources', 'methods', 'hypermedia'] as const;

const linesOf = ({ place, level, operations }: Graded): string[] => [
  `${place}: level ${level}, ${NAMES[level]}`,
  ...operations.map(
    ({ operation, level: own, reason, mend }) =>
      `  ${own}  ${operation}: ${reason}${mend ? `; ${mend}` : ''}`,
  ),
];
