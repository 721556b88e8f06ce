/** `diff`: lists the changes between two versions of a document, or of a folder of documents, and their effect on clients. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError } from '../config/config-error.ts';
import type { Command } from './command.ts';
import { loadDocument } from './load.ts';
import { type Change, KINDS, type Kind } from './openapi-diff/change.ts';
import { diffDocuments } from './openapi-diff/documents.ts';
import { isNewMajor } from './openapi-diff/version.ts';

interface Diff {
  readonly place: string;
  /** The versions of the old and the new document. */
  readonly versions: readonly [string, string];
  /** Whether it breaks clients without a new major version. */
  readonly isBroken: boolean;
  readonly changes: readonly Change[];
}

export const diff: Command = {
  usage: 'diff OLD NEW',
  about:
    'list breaking, deprecating and additive changes; also for two folders; --quiet: what breaks clients',
  async run(names, { isQuiet = false } = {}) {
    const [old, now, ...rest] = names;
    if (old === undefined || now === undefined || rest.length > 0)
      throw new ConfigError('expected two documents or two folders: the old one and the new one');
    const diffs = [];
    for (const pair of pairsOf(old, now)) diffs.push(await compare(...pair));
    return {
      json: diffs,
      lines: (isQuiet ? diffs.filter(({ isBroken }) => isBroken).map(onlyBreaking) : diffs).flatMap(linesOf),
      isGood: diffs.every(({ isBroken }) => !isBroken),
    };
  },
};

const DOCUMENT = /\.(?:ya?ml|json)$/;

/** A document that is only in the old folder belongs to a removed service, so it is ignored. */
function pairsOf(old: string, now: string): [string, string][] {
  if (!isFolder(old) && !isFolder(now)) return [[old, now]];
  if (!isFolder(old) || !isFolder(now))
    throw new ConfigError(`${old} and ${now}: one is a folder and the other is a file`);
  const found = new Set(readdirSync(now));
  return readdirSync(old)
    .filter((name) => DOCUMENT.test(name) && found.has(name))
    .map((name) => [join(old, name), join(now, name)]);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

async function compare(old: string, now: string): Promise<Diff> {
  const [before, after] = await Promise.all([loadDocument(old), loadDocument(now)]);
  const versions = [versionOf(before), versionOf(after)] as const;
  const changes = diffDocuments(before, after);
  return {
    place: now,
    versions,
    isBroken: changes.some(({ kind }) => kind === 'breaking') && isNewMajor(...versions) !== true,
    changes: KINDS.flatMap((kind) => changes.filter((change) => change.kind === kind)),
  };
}

const versionOf = ({ info }: OpenAPIObject): string => String(info.version);

const onlyBreaking = (one: Diff): Diff => ({
  ...one,
  changes: one.changes.filter(({ kind }) => kind === 'breaking'),
});

function linesOf({ place, versions: [old, now], isBroken, changes }: Diff): string[] {
  const count = (kind: Kind) => changes.filter((change) => change.kind === kind).length;
  const counts = KINDS.filter((kind) => count(kind) > 0).map((kind) => `${count(kind)} ${kind}`);
  return [
    `${place}: ${old === now ? old : `${old} to ${now}`}, ${counts.join(', ') || 'no changes'}`,
    ...changes.map(({ kind, subject, pointer, reason }) => `  ${kind}: ${subject} ${reason} (${pointer})`),
    ...(isBroken
      ? ['  This breaks clients: restore the old behavior, or set a new major version (info.version)']
      : []),
  ];
}
