/**
 * `npm run new:resource -- invoices line-items`: adds a resource to an existing service, with states, actions, a store and
 * tests like those of `new:service`, and relates it to the main resource of the service. Shared files (contract, links,
 * tables, migrations, wiring) are extended, and their existing code is unchanged.
 */
import { ConfigError } from '../../config/config-error.ts';
import { RESERVED_SEGMENTS } from '../../contract/reserved-paths.ts';
import { FileChanges } from './changes.ts';
import { checkKnown, checkName, checkResource, runCommand } from './command.ts';
import { type Names, namesOf } from './names.ts';
import { applyChanges, folderOf, ROOT, servicesHere, testsOf } from './project.ts';
import { addLinkBack, relationTo, serviceIn, sourceOf } from './relation.ts';
import { OTHER_NAME_HINT, rejectReservedWord } from './reserved-words.ts';
import { alignTables, filesOf, mayClash } from './sample.ts';
import { EditableSource } from './source.ts';

export const HELP = `npm run new:resource -- SERVICE NAME [--resource NAME]

  Adds a resource to a service, related to the main resource of the service.

  NAME              the plural, as in its URLs: line-items
  --resource NAME   the singular; by default derived from NAME

`;

export interface NewResource {
  readonly service: string;
  readonly name: string;
  readonly resource?: string | undefined;
}

/** The data for extending existing files. */
interface Merge {
  readonly changes: FileChanges;
  readonly names: Names;
  /** The files of a service with only this resource, by their path in the service. */
  readonly made: ReadonlyMap<string, string>;
}

const CONTRACT = 'contract.ts';
const LINKS = 'links.ts';
const MAIN = 'main.ts';
const MIGRATIONS = 'migrations.ts';
const REFUSALS = 'refusals.ts';
const TABLES = 'tables.ts';
const README = 'README.md';
const LIBRARY = '../../src/index.ts';

/**
 * @returns the lines of the output
 * @throws ConfigError when the service does not exist or the name is in use; then nothing is changed
 */
export async function newResource({ service, name, resource }: NewResource): Promise<readonly string[]> {
  checkKnown(service, servicesHere(ROOT), 'service');
  checkName(name);
  checkResource(resource);
  const names = { ...namesOf(name, resource), service };
  rejectReservedWord(names.one.camel, OTHER_NAME_HINT);
  if (RESERVED_SEGMENTS.has(names.many.kebab))
    throw new ConfigError(`/${names.many.kebab} is reserved by the gateway; choose another name`);
  const changes = new FileChanges(ROOT);
  const file = `${folderOf(service)}/${names.one.kebab}.ts`;
  if (changes.has(file)) throw new ConfigError(`${file} already exists; choose another name`);
  const relation = { ...(await relationTo(ROOT, service)), service };

  const made = new Map<string, string>();
  for (const [path, text] of filesOf({ names, relation })) {
    const own = path.startsWith(`${folderOf(service)}/`) ? path.slice(folderOf(service).length + 1) : path;
    made.set(own, text);
  }
  const merge: Merge = { changes, names, made };
  writeNew(merge);
  mergeContract(merge, `${relation.names.one.camel}Id`);
  mergeLinks(merge);
  mergeRefusals(merge);
  mergeTables(merge);
  mergeMigrations(merge);
  mergeMain(merge);
  mergeReadme(merge);
  addLinkBack(changes, { to: service, names, relation });
  const { lines } = changes;
  await applyChanges(changes, { remedy: OTHER_NAME_HINT, isCompiled: mayClash(names) });
  const own = relation.names.one;
  return [
    ...lines,
    '',
    `${names.many.text} belong to ${relation.names.many.text}, with links in both directions.`,
    '',
    `  curl -s 'http://localhost:8080/${names.many.kebab}/${names.prefix}-1001?expand=${own.camel}'`,
    `  curl -s 'http://localhost:8080${relation.path.replace(/\{[^}]+\}/, relation.example)}?expand=${names.many.camel}'`,
  ];
}

/** The text of a generated file. */
function textOf({ made }: Merge, path: string): string {
  const text = made.get(path);
  if (text === undefined) throw new Error(`nothing was made for ${path}`);
  return text;
}

const openSource = (merge: Merge, path: string): EditableSource =>
  sourceOf(merge.changes, `${folderOf(merge.names.service)}/${path}`);

const saveSource = ({ changes }: Merge, source: EditableSource): void =>
  changes.write(source.file, source.text);

/** File and constant names that are unique for each resource of a service. */
const storeOf = ({ names }: Merge): string => `${names.one.kebab}-store.ts`;
const samplesOf = ({ names }: Merge): string => `${names.one.kebab}-sample-data.ts`;
const capitalsOf = ({ names }: Merge): string => names.one.snake.toUpperCase();

/** Writes the files that only this resource uses. */
function writeNew(merge: Merge): void {
  const { changes, names, made } = merge;
  const folder = folderOf(names.service);
  const tables = tablesOf(merge);
  const placed = (text: string) =>
    text.replaceAll("/store.ts'", `/${storeOf(merge)}'`).replaceAll(`/${TABLES}'`, `/${tables}'`);
  changes.write(`${folder}/${names.one.kebab}.ts`, textOf(merge, `${names.one.kebab}.ts`));
  changes.write(`${folder}/${storeOf(merge)}`, placed(textOf(merge, 'store.ts')));
  changes.write(`${folder}/${samplesOf(merge)}`, textOf(merge, 'sample-data.ts'));
  for (const [path, text] of made) {
    if (path.startsWith('handlers/')) changes.write(`${folder}/${path}`, placed(text));
    if (path.endsWith('relation.test.ts'))
      changes.write(`${testsOf(names.service)}/${names.one.kebab}-relation.test.ts`, withinService(text));
    else if (path.startsWith('test/')) changes.write(path, text);
  }
}

/** Both resources belong to the tested service, so the test needs no stub for the other one. */
const withinService = (text: string): string =>
  text
    .replace(/\/\*\*[^*]*\*\/\nconst \w+ = express\(\)[\s\S]*?\n\}\);\n\n/, '')
    .replace(/^import (?:express|\{ appTarget \}) .*\n/gm, '')
    .replace(/, \[appTarget\(.*\)\]/, '');

/** The file with the tables of the service. */
function tablesOf({ changes, names }: Merge): string {
  return changes.has(`${folderOf(names.service)}/${TABLES}`) ? TABLES : MIGRATIONS;
}

/** @param related the constant that the contract may already have */
function mergeContract(merge: Merge, related: string): void {
  const { names } = merge;
  const made = new EditableSource(CONTRACT, textOf(merge, CONTRACT));
  const contract = openSource(merge, CONTRACT);
  const [declared] = contract.calls('defineContract');
  if (declared === undefined) throw new ConfigError(`${contract.file} does not call defineContract`);
  const body = made.body.slice(0, made.body.indexOf('export const contract'));
  contract.insert(
    body
      .replace(new RegExp(`^const ${related} = .*\\n`, 'm'), contract.findConstant(related) ? '' : '$&')
      .replaceAll(/\bdetails\b/g, `${names.one.camel}Details`)
      .trim(),
    contract.statementOf(declared.name),
  );
  for (const { name } of made.calls('operation')) {
    const [now] = contract.calls('defineContract');
    if (now) contract.append(contract.listAt(now.spec, 'operations'), name);
  }
  contract.importNames(LIBRARY, namesImported(made, LIBRARY));
  contract.import(`import { ${capitalsOf(merge)}_STATES } from './${names.one.kebab}.ts';`);
  saveSource(merge, contract);
}

const namesImported = (made: EditableSource, module: string): string[] => {
  const copy = new EditableSource(made.file, made.text);
  return copy.dropImports(module);
};

function mergeLinks(merge: Merge): void {
  const { names } = merge;
  const made = new EditableSource(LINKS, textOf(merge, LINKS));
  const links = openSource(merge, LINKS);
  const [start, table] = [`${capitalsOf(merge)}_START`, `${capitalsOf(merge)}_TRANSITIONS`];
  links.insert(made.body.replaceAll(/\bSTART\b/g, start).replaceAll(/\bTRANSITIONS\b/g, table));
  links.importNames(LIBRARY, namesImported(made, LIBRARY));
  links.importNames(`./${CONTRACT}`, namesImported(made, `./${CONTRACT}`));
  links.import(`import { START as ${start}, TRANSITIONS as ${table} } from './${names.one.kebab}.ts';`);
  saveSource(merge, links);
}

function mergeRefusals(merge: Merge): void {
  const text = textOf(merge, REFUSALS);
  const path = `${folderOf(merge.names.service)}/${REFUSALS}`;
  if (!merge.changes.has(path)) {
    merge.changes.write(path, text);
    return;
  }
  const made = new EditableSource(REFUSALS, text);
  const refusals = openSource(merge, REFUSALS);
  refusals.insert(made.body);
  refusals.importNames(LIBRARY, namesImported(made, LIBRARY));
  saveSource(merge, refusals);
}

function mergeTables(merge: Merge): void {
  const { names } = merge;
  const made = new EditableSource(TABLES, textOf(merge, TABLES));
  const tables = openSource(merge, tablesOf(merge));
  const row = made.body.slice(0, made.body.indexOf('export interface Tables'));
  tables.appendMember(tables.interfaceBody('Tables'), `${names.many.snake}: ${names.one.pascal}Row;`);
  tables.insert(row.trim(), tables.statementOfInterface('Tables'));
  tables.import(`import type { ${names.one.pascal}State } from './${names.one.kebab}.ts';`);
  saveSource(merge, tables);
}

function mergeMigrations(merge: Merge): void {
  const { names } = merge;
  const made = new EditableSource(MIGRATIONS, textOf(merge, MIGRATIONS));
  const migrations = openSource(merge, MIGRATIONS);
  for (const item of made.list(made.constant('migrations')).items)
    migrations.append(
      migrations.list(migrations.constant('migrations')),
      made.textOf(item).replace("name: 'sample data'", `name: 'sample ${names.many.text}'`),
    );
  migrations.importNames('kysely', ['sql']);
  migrations.import(`import { sample${names.many.pascal} } from './${samplesOf(merge)}';`);
  saveSource(merge, migrations);
}

function mergeMain(merge: Merge): void {
  const { names } = merge;
  const made = new EditableSource(MAIN, textOf(merge, MAIN));
  const main = openSource(merge, MAIN);
  const store = names.many.camel;
  const handled = made.returned(serviceIn(made).spec, 'handlers').list.items.map((item) => made.textOf(item));
  for (const item of handled)
    main.append(main.returned(serviceIn(main).spec, 'handlers').list, item.replace('(store)', `(${store})`));
  const { statement } = main.returned(serviceIn(main).spec, 'handlers');
  main.insertLines(`const ${store} = ${names.one.camel}Store(db);`, statement);
  for (const table of [`${names.one.camel}Actions`, `${names.one.camel}PageActions`])
    main.append(main.listAt(serviceIn(main).spec, 'affordances'), table);
  main.importNames(`./${LINKS}`, namesImported(made, `./${LINKS}`));
  for (const statement of made.imports.filter((one) => one.includes("from './handlers/")))
    main.import(statement);
  main.import(`import { ${names.one.camel}Store } from './${storeOf(merge)}';`);
  saveSource(merge, main);
}

function mergeReadme(merge: Merge): void {
  const { changes, names } = merge;
  const path = `${folderOf(names.service)}/${README}`;
  if (!changes.has(path)) return;
  const made = textOf(merge, README);
  const part = made
    .slice(made.indexOf('## States'), made.indexOf('## Depends on'))
    .replace('## States', `## States of ${names.many.text}`)
    .replace('## Links and actions', `## Links and actions of ${names.many.text}`);
  const text = changes.read(path);
  const at = text.indexOf('## Depends on');
  changes.write(
    path,
    at === -1
      ? `${text.trimEnd()}\n\n${alignTables(part).trimEnd()}\n`
      : text.slice(0, at) + alignTables(part) + text.slice(at),
  );
}

if (import.meta.main)
  await runCommand({
    help: HELP,
    names: 2,
    values: ['resource'],
    run: ({ names: [service = '', name = ''], values: { resource } }) =>
      newResource({ service, name, resource }),
  });
