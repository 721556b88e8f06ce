/**
 * `npm run remove:service -- invoices`: removes a service with its code, tests, documents, its entry in `gateway.yaml`, and
 * the links of other services to it. Services that call it cannot work without it; they are removed only with
 * `--dependents`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { ConfigError } from '../../config/config-error.ts';
import { readSettings } from '../../config/settings.ts';
import { FileChanges } from './changes.ts';
import { checkKnown, runCommand } from './command.ts';
import { hasEntry, withoutEntry } from './gateway-entry.ts';
import { namesOf } from './names.ts';
import {
  applyChanges,
  documentOf,
  folderOf,
  gatewayFile,
  ROOT,
  releasedOf,
  servicesHere,
  testsOf,
} from './project.ts';
import { relationTo, serviceIn, sourceOf } from './relation.ts';
import { withoutLinksTo } from './released.ts';
import { alignTables, filesOf } from './sample.ts';
import { EditableSource } from './source.ts';

export const HELP = `npm run remove:service -- NAME [--dependents] [--dry-run]

  Removes a service with its tests, its documents and the links that lead to it.

  --dependents   also removes the services that call it; without it, the command only names them
  --dry-run      prints the changes without making them

`;

export interface RemoveService {
  readonly name: string;
  /** Whether to remove the services that call it, too. */
  readonly dependents?: boolean;
  readonly isDryRun?: boolean;
}

/**
 * @returns the lines of the output
 * @throws ConfigError when the service does not exist, or other services call it; then nothing is changed
 */
export async function removeService({
  name,
  dependents = false,
  isDryRun = false,
}: RemoveService): Promise<readonly string[]> {
  const known = servicesHere(ROOT);
  checkKnown(name, known, 'service');
  const gone = new Set([name]);
  const callers = callersOf(gone, known);
  if (callers.size > 0 && !dependents)
    throw new ConfigError(
      [
        `other services call ${name}: ${[...callers].map(([caller, files]) => `${caller} (${files.join(', ')})`).join(' and ')}`,
        `remove these calls, or remove the services as well: npm run remove:service -- ${name} --dependents`,
      ].join('; '),
    );
  for (const caller of callers.keys()) gone.add(caller);

  const changes = new FileChanges(ROOT);
  for (const one of gone) removeFiles(changes, one);
  const tests: string[] = [];
  for (const other of known) {
    if (gone.has(other)) continue;
    const written = await relationTests(changes, other, gone);
    for (const path of written) changes.remove(path);
    removeFromTests(changes, other, removeLinks(changes, other, gone));
    tests.push(...testsThatReferTo(changes, other, gone));
  }
  removeWorkflows(changes, gone);
  const { lines } = changes;
  if (isDryRun) return [...lines, '', 'Nothing was changed: this was a dry run.'];
  await applyChanges(changes);
  const left = servicesHere(ROOT);
  return [
    ...lines,
    '',
    left.length > 0
      ? `Removed: ${[...gone].join(', ')}. Remaining: ${left.join(', ')}.`
      : 'No service remains. npm run new:service -- NAME generates your own first service.',
    ...(tests.length > 0
      ? [`These tests refer to removed services and were not changed: ${tests.join(', ')}.`]
      : []),
    databaseNote([...gone]),
  ];
}

/** A note about the data in the database, which would conflict with a new service of the same name. */
const databaseNote = (gone: readonly string[]): string =>
  `The database keeps the data. Before you create a service with the same name again, delete the folder \`${readSettings(process.env).DATA_DIR}\`, or run on a server: ${gone.map((one) => `drop schema "${one.replaceAll('-', '_')}" cascade;`).join(' ')}`;

/** The services that depend on removed ones, directly or indirectly, with the files of the calls. */
function callersOf(gone: ReadonlySet<string>, known: readonly string[]): Map<string, string[]> {
  const callers = new Map<string, string[]>();
  for (const other of known) {
    if (gone.has(other)) continue;
    const files = codeOf(other).filter((path) => {
      if (path === `${folderOf(other)}/main.ts`) return false;
      const text = readFileSync(join(ROOT, path), 'utf8');
      return [...gone].some((one) => text.includes(`/${one}/contract.ts'`));
    });
    if (files.length > 0) callers.set(other, files);
  }
  if (callers.size === 0) return callers;
  return new Map([...callers, ...callersOf(new Set([...gone, ...callers.keys()]), known)]);
}

const codeOf = (service: string): string[] =>
  readdirSync(join(ROOT, folderOf(service)), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folderOf(service)}/${file}`);

function removeFiles(changes: FileChanges, service: string): void {
  changes.remove(folderOf(service));
  changes.remove(testsOf(service));
  changes.remove(documentOf(service));
  changes.remove(releasedOf(service));
  const text = changes.read(gatewayFile());
  if (!hasEntry(text, service)) return;
  const { services } = parse(text) as { services?: Record<string, { overlays?: string[] }> };
  const left = withoutEntry(text, service);
  for (const overlay of services?.[service]?.overlays ?? [])
    if (!left.includes(overlay) && existsSync(join(ROOT, overlay))) changes.remove(overlay);
  changes.write(gatewayFile(), left);
}

/** Removes the links of a remaining service to removed ones. @returns their relations */
function removeLinks(changes: FileChanges, service: string, gone: ReadonlySet<string>): readonly string[] {
  const main = sourceOf(changes, `${folderOf(service)}/main.ts`);
  for (const one of gone) {
    main.dropImports(`../${one}/contract.ts`);
    const linked = main.objectAt(serviceIn(main).spec, 'linked');
    const member = main.members(linked).get(one);
    if (member) main.removeItem(main.list(linked), member.span);
  }
  changes.write(main.file, main.text);

  const contract = sourceOf(changes, `${folderOf(service)}/contract.ts`);
  const ids = new Set([...gone].flatMap(operationIds));
  const rels: string[] = [];
  for (let dead = deadLink(contract, ids); dead; dead = deadLink(contract, ids)) {
    rels.push(dead.rel);
    contract.removeItem(dead.list, dead.span);
  }
  changes.write(contract.file, contract.text);
  const released = releasedOf(service);
  if (changes.has(released)) changes.write(released, withoutLinksTo(changes.read(released), ids));
  removeFromReadme(changes, `${folderOf(service)}/README.md`, rels, gone);
  return rels;
}

const testFilesOf = (changes: FileChanges, service: string): string[] => {
  const folder = join(ROOT, testsOf(service));
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `${testsOf(service)}/${file}`)
    .filter((path) => changes.has(path));
};

/** Generated tests of the relation to a removed service. Tests that a person changed are not included. */
async function relationTests(
  changes: FileChanges,
  service: string,
  gone: ReadonlySet<string>,
): Promise<readonly string[]> {
  const path = `${testsOf(service)}/relation.test.ts`;
  if (!changes.has(path)) return [];
  const text = statementsOf(changes.read(path));
  const contract = sourceOf(changes, `${folderOf(service)}/contract.ts`);
  for (const one of gone) {
    if (!changes.read(`${folderOf(service)}/main.ts`).includes(`'../${one}/contract.ts'`)) continue;
    const relation = await relationTo(ROOT, one).catch(() => undefined);
    if (relation === undefined) continue;
    for (const resource of contract.callsOf('resource')) {
      const made = filesOf({ names: namesOf(service, resource), relation: { ...relation, service: one } });
      if (statementsOf(made.get(path) ?? '') === text) return [path];
    }
  }
  return [];
}

/** The statements without formatting and order. */
const statementsOf = (text: string): string => text.replaceAll(/[\s,]/g, '').split(';').toSorted().join(';');

/** Removes the expectations of removed links from generated tests. */
function removeFromTests(changes: FileChanges, service: string, rels: readonly string[]): void {
  if (rels.length === 0) return;
  const line = new RegExp(`^ +(?:${rels.join('|')}): \\{ href: '[^']*' \\},\\n`, 'gm');
  for (const path of testFilesOf(changes, service)) {
    const text = changes.read(path);
    changes.write(path, text.replaceAll(line, ''));
  }
}

const testsThatReferTo = (changes: FileChanges, service: string, gone: ReadonlySet<string>): string[] => {
  const names = new RegExp(`['/](?:${[...gone].join('|')})['/?]`);
  return testFilesOf(changes, service).filter((path) => names.test(changes.read(path)));
};

/** Removes the table rows of removed links and the sentence about linked services from a README. */
function removeFromReadme(
  changes: FileChanges,
  path: string,
  rels: readonly string[],
  gone: ReadonlySet<string>,
): void {
  if (rels.length === 0 || !changes.has(path)) return;
  const text = changes.read(path).replaceAll(/(?:^\|.*\|\n)+/gm, (table) => {
    const left = table
      .split(/(?<=\n)/)
      .filter((row) => !rels.some((rel) => new RegExp(`\\| \`${rel}\` +\\|`).test(row)))
      .join('');
    return left === table ? table : alignTables(left);
  });
  const sentence = new RegExp(`[ \\n]It links to \\*\\*(?:${[...gone].join('|')})\\*\\*\\.`, 'g');
  changes.write(path, text.replaceAll(sentence, ''));
}

const operationIds = (service: string): string[] => {
  const file = `${folderOf(service)}/contract.ts`;
  const contract = new EditableSource(file, readFileSync(join(ROOT, file), 'utf8'));
  return contract.calls('operation').flatMap(({ spec }) => {
    const id = contract.members(spec).get('operationId')?.value;
    return id?.type === 'Literal' ? [String(id.value)] : [];
  });
};

/** Finds the first link to one of the operations. */
function deadLink(contract: EditableSource, ids: ReadonlySet<string>) {
  for (const { spec } of contract.calls('operation')) {
    const responses = contract.members(spec).get('responses')?.value;
    if (responses?.type !== 'ObjectExpression') continue;
    for (const { value: response } of contract.members(responses).values()) {
      if (response.type !== 'ObjectExpression') continue;
      const links = contract.members(response).get('links')?.value;
      if (links?.type !== 'ObjectExpression') continue;
      for (const [rel, { value, span }] of contract.members(links)) {
        if (value.type !== 'ObjectExpression') continue;
        const id = contract.members(value).get('operationId')?.value;
        if (id?.type === 'Literal' && ids.has(String(id.value)))
          return { rel, list: contract.list(links), span };
      }
    }
  }
  return undefined;
}

/** Removes Arazzo documents with steps of removed services. */
function removeWorkflows(changes: FileChanges, gone: ReadonlySet<string>): void {
  const ids = new Set([...gone].flatMap(operationIds));
  for (const name of readdirSync(join(ROOT, 'openapi')).filter((one) => one.endsWith('.arazzo.yaml'))) {
    const path = `openapi/${basename(name)}`;
    const steps = [
      ...readFileSync(join(ROOT, path), 'utf8').matchAll(/operationId:\s*['"]?(?:\$[\w.]+\.)?(\w+)/g),
    ];
    if (steps.some(([, id = '']) => ids.has(id))) changes.remove(path);
  }
}

if (import.meta.main)
  await runCommand({
    help: HELP,
    names: 1,
    flags: ['dependents', 'dry-run'],
    run: ({ names: [name = ''], flags }) =>
      removeService({ name, dependents: flags.has('dependents'), isDryRun: flags.has('dry-run') }),
  });
