/**
 * The files of a new resource: those of the job cards beside this file and of their tests, with other names. Job cards
 * belong to help desks; where nothing is related, the lines that speak of help desks are left out, so in those files
 * each of them stands alone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Names, namesOf, renamed, renamings } from './names.ts';
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

export interface Wanted {
  readonly names: Names;
  readonly relation?: Relation & { readonly service: string };
}

/** Path from the root → text. */
export function filesOf({ names, relation }: Wanted): Map<string, string> {
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
      const made = renamed(relation === undefined ? alone(text) : text, pairs);
      const place = to + renamed(path.slice(from.length), pairs);
      files.set(place, place.endsWith('.md') ? aligned(made) : plain(made));
    }
  return files;
}

/** Whether the code has such a name already, which may be for something else. */
export function mayClash({ one, many }: Names): boolean {
  const name = new RegExp(`\\b(?:${one.camel}|${one.pascal}|${many.camel}|${many.pascal})\\b`);
  return [SAMPLE_CODE, SAMPLE_TESTS]
    .flatMap(filesBelow)
    .some((path) => name.test(readFileSync(join(ROOT, path), 'utf8')));
}

function relationPairs({ names, service, operationId, path, parameter, example }: Wanted['relation'] & {}) {
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

/** Without what it is related to. */
const alone = (text: string): string =>
  text
    .replace(LINKED, '$1linked: {},')
    .replaceAll(new RegExp(`(?<=\\{ .*)${RELATED.one.camel}Id, (?=.*\\})`, 'g'), '')
    .split('\n')
    .filter((line) => !OF_RELATION.test(line))
    .join('\n');

/** `{ orders: orders }` is what nobody would write. */
const plain = (text: string): string =>
  text.replaceAll(/(?<=linked: \{ )'?([\w-]+)'?: (\w+)(?= \})/g, (whole, key, value) =>
    key === value ? value : whole,
  );

/** The tables of a page, with columns as wide as their widest cell. */
export const aligned = (text: string): string =>
  text.replaceAll(/(?:^\|.*\|\n)+/gm, (table) => {
    const rows = table
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .slice(1, -1)
          // A bar that is part of a cell is escaped.
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
