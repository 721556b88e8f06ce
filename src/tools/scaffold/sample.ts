/**
 * Generates the files of a new resource from the job cards next to this file and their tests, with other names. Job cards
 * belong to help desks. Without a relation, all lines with help desks are omitted, so each of these lines must be
 * independent of the others.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Names, namesOf, renameAll, renamings } from './names.ts';
import { folderOf, ROOT, testsOf } from './project.ts';
import type { Relation } from './relation.ts';

const SAMPLE = namesOf('job-cards');
const SAMPLE_CODE = `src/tools/scaffold/${SAMPLE.service}`;
const SAMPLE_TESTS = `test/tools/scaffold/${SAMPLE.service}`;

const RELATED = namesOf('help-desks');
const RELATED_TESTS = `${SAMPLE_TESTS}/relation.test.ts`;
const RELATED_EXAMPLE = 'hd-1';
const RELATED_PARAMETER = 'deskKey';
const OF_RELATION = /help[-_ ]?desk|'hd-1'|deskKey/i;
const LINKED = /^( *)linked: \{.*\},$/m;

export interface SampleOptions {
  readonly names: Names;
  readonly relation?: Relation & { readonly service: string };
}

/** The text of each file by its path from the root. */
export function filesOf({ names, relation }: SampleOptions): Map<string, string> {
  const pairs = [
    ...renamings(SAMPLE, names),
    ...(relation ? relationPairs(relation) : []),
    [`'../../../../${SAMPLE_CODE}/`, `'../../../${folderOf(names.service)}/`],
    ["'../../../support/", "'../../support/"],
    ["'../../../index.ts'", "'../../src/index.ts'"],
    ["'../../../../index.ts'", "'../../../src/index.ts'"],
  ] as [string, string][];
  const files = new Map<string, string>();
  for (const [from, to] of [
    [SAMPLE_CODE, folderOf(names.service)],
    [SAMPLE_TESTS, testsOf(names.service)],
  ] as const)
    for (const path of filesBelow(from)) {
      if (relation === undefined && path === RELATED_TESTS) continue;
      const text = readFileSync(join(ROOT, path), 'utf8');
      const made = renameAll(relation === undefined ? withoutRelation(text) : text, pairs);
      const place = to + renameAll(path.slice(from.length), pairs);
      files.set(place, place.endsWith('.md') ? alignTables(made) : simplifyLinked(made));
    }
  return files;
}

/** Whether the sample already uses one of the names, possibly for something else. */
export function mayClash({ one, many }: Names): boolean {
  const name = new RegExp(`\\b(?:${one.camel}|${one.pascal}|${many.camel}|${many.pascal})\\b`);
  return [SAMPLE_CODE, SAMPLE_TESTS]
    .flatMap(filesBelow)
    .some((path) => name.test(readFileSync(join(ROOT, path), 'utf8')));
}

function relationPairs({
  names,
  service,
  operationId,
  path,
  parameter,
  example,
}: SampleOptions['relation'] & {}) {
  const item = path.replace(/\{[^}]+\}$/, example);
  return [
    ...renamings(RELATED, { ...names, service }),
    [`'../${RELATED.service}/`, `'../${service}/`],
    [`'${RELATED.service}'`, `'${service}'`],
    [`**${RELATED.service}**`, `**${service}**`],
    [`get${RELATED.one.pascal}'`, `${operationId}'`],
    [RELATED_PARAMETER, parameter],
    [`'/${RELATED.many.kebab}/${RELATED_EXAMPLE}'`, `'${item}'`],
    [`'${RELATED_EXAMPLE}'`, `'${example}'`],
    [`=${RELATED_EXAMPLE}`, `=${example}`],
  ];
}

/** The text without the relation. */
const withoutRelation = (text: string): string =>
  text
    .replace(LINKED, '$1linked: {},')
    .replaceAll(new RegExp(`(?<=\\{ .*)${RELATED.one.camel}Id, (?=.*\\})`, 'g'), '')
    .split('\n')
    .filter((line) => !OF_RELATION.test(line))
    .join('\n');

/** Simplifies `{ orders: orders }` to `{ orders }`. */
const simplifyLinked = (text: string): string =>
  text.replaceAll(/(?<=linked: \{ )'?([\w-]+)'?: (\w+)(?= \})/g, (whole, key, value) =>
    key === value ? value : whole,
  );

/** Aligns the columns of Markdown tables. */
export const alignTables = (text: string): string =>
  text.replaceAll(/(?:^\|.*\|\n)+/gm, (table) => {
    const rows = table
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .slice(1, -1)
          // A bar within a cell is escaped.
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim()),
      );
    const widths = (rows[0] ?? []).map((_, column) =>
      Math.max(...rows.map((row) => (/^-+$/.test(row[column] ?? '') ? 0 : (row[column]?.length ?? 0)))),
    );
    const lines = rows.map((row) =>
      row.map((cell, column) =>
        /^-+$/.test(cell) ? '-'.repeat(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      ),
    );
    return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
  });

const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(ROOT.length + 1))
    .toSorted();
