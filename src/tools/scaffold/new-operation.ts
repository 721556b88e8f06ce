/**
 * `npm run new:operation -- invoices settle --action`: adds an action to the resource of a service: the operation and its
 * link to the contract, the transition to the table of states, and a handler. Existing code is unchanged.
 */
import type { ObjectExpression } from 'oxc-parser';
import { ConfigError } from '../../config/config-error.ts';
import { FileChanges } from './changes.ts';
import { checkKnown, checkName, runCommand } from './command.ts';
import { type Names, namesOf, withArticle } from './names.ts';
import { applyChanges, folderOf, ROOT, releasedOf, servicesHere, testsOf } from './project.ts';
import { linksOf, serviceIn, sourceOf } from './relation.ts';
import { rejectReservedWord } from './reserved-words.ts';
import { alignTables } from './sample.ts';
import type { EditableSource } from './source.ts';
import { words } from './words.ts';

export const HELP = `npm run new:operation -- SERVICE NAME --action [--from STATE] [--to STATE] [--resource NAME] [--contract-only]

  Adds an action, such as POST /invoices/{invoiceId}/settle, that moves the resource from one state to another.

  NAME              a verb: settle
  --from STATE      the state that offers the action; by default the initial state
  --to STATE        the state after the action; by default derived from the verb: SETTLED
  --resource NAME   the resource of the action, if the service has several
  --contract-only   does not write the handler; until it exists the action responds with 501, and npm run check says
                    what is missing; run the same command without this option to add the handler later

`;

export interface NewOperation {
  readonly service: string;
  readonly verb: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly resource?: string | undefined;
  readonly isContractOnly?: boolean;
}

/** The names of an action in code and text. */
interface Action extends Names {
  readonly verb: string;
  readonly operationId: string;
  /** The past participle: `settled`. */
  readonly done: string;
  readonly from: string;
  readonly to: string;
}

/**
 * @returns the lines of the output
 * @throws ConfigError when the service does not exist or the name is in use; then nothing is changed
 */
export async function newOperation(told: NewOperation): Promise<readonly string[]> {
  const { service, verb, isContractOnly = false } = told;
  checkKnown(service, servicesHere(ROOT), 'service');
  checkName(verb);
  rejectReservedWord(verb, 'choose another verb');
  const changes = new FileChanges(ROOT);
  const names = namesOf(service, resourceOf(sourceOf(changes, `${folderOf(service)}/contract.ts`), told));
  const rules = sourceOf(changes, rulesOf(changes, names));
  const operation = namesOf(verb, verb).one.camel;
  const done = namesOf(verb, words.past(verb.split('-')).join('-')).one.camel;
  const asked: Action = {
    ...names,
    verb: operation,
    done,
    operationId: operation + names.one.pascal,
    from: told.from ?? startOf(rules),
    to: told.to ?? done.replaceAll(/([A-Z])/g, '_$1').toUpperCase(),
  };
  const left = isContractOnly ? undefined : pendingHandler(changes, rules, asked);
  const action = { ...asked, ...left };
  const notes: string[] = [];
  if (isNewState(rules, action) && changes.has(releasedOf(service)))
    notes.push(
      '',
      `The state ${action.to} is new to clients of the released ${service}. npm run check:contracts will require a new major version (info.version): change \`version\` in ${folderOf(service)}/contract.ts.`,
    );
  if (left === undefined) {
    rejectTakenName(rules, action);
    addToContract(changes, action);
    addToRules(changes, rules, action);
    addToLinks(changes, action);
    addToReadme(changes, action);
  }
  if (!isContractOnly) {
    addHandler(changes, action);
    if (hasSample(changes, action)) addTest(changes, action);
    else
      notes.push(
        '',
        `No sample is in the state ${action.from}, so no test was generated: write one in ${testsOf(service)}/.`,
      );
  }
  const { lines } = changes;
  await applyChanges(changes);
  const path = pathOf(action);
  return [
    ...lines,
    '',
    `${action.verb} moves ${withArticle(names.one.text)} from ${action.from} to ${action.to}.`,
    ...(isContractOnly
      ? ['', `POST ${path} responds with 501 until it has a handler; npm run check says where to write it.`]
      : []),
    ...notes,
    '',
    `  curl -s -X POST 'http://localhost:8080${path.replace(/\{[^}]+\}/, `${names.prefix}-1001`)}'`,
  ];
}

const pathOf = ({ one, many, verb }: Action): string => `/${many.kebab}/{${one.camel}Id}/${kebab(verb)}`;
const kebab = (name: string): string => name.replaceAll(/([A-Z])/g, '-$1').toLowerCase();

/** The states of an action that lacks only its handler; undefined for a new action. */
function pendingHandler(changes: FileChanges, rules: EditableSource, { service, verb, operationId }: Action) {
  const contract = sourceOf(changes, `${folderOf(service)}/contract.ts`);
  const main = sourceOf(changes, `${folderOf(service)}/main.ts`);
  if (!contract.findConstant(operationId) || !rules.has(verb)) return undefined;
  if (new RegExp(`\\b${operationId}\\b`).test(main.text)) return undefined;
  for (const [from, { value }] of rules.members(rules.objectOf('TRANSITIONS'))) {
    const to = value.type === 'ObjectExpression' && rules.members(value).get(verb)?.value;
    if (to && to.type === 'Literal') return { from, to: String(to.value) };
  }
  return undefined;
}

/** @throws ConfigError when the generated code already uses the name */
function rejectTakenName(rules: EditableSource, { one, verb }: Action): void {
  const { camel } = one;
  const own = [camel, `${camel}Id`, `${camel}Actions`, `${camel}NotFound`, 'guard', 'precondition', 'store'];
  if (own.includes(verb) || rules.has(verb))
    throw new ConfigError(
      `the code of ${withArticle(one.text)} already uses the name ${verb}; choose another verb`,
    );
}

/** The resource of the action. @throws ConfigError when there are several and none is named */
function resourceOf(contract: EditableSource, { resource, service }: NewOperation): string {
  const found = contract.callsOf('resource');
  if (resource !== undefined) {
    const wanted = namesOf(service, resource).one.pascal;
    checkKnown(wanted, found, 'resource');
    return wanted;
  }
  const [only, ...others] = found;
  if (only === undefined) throw new ConfigError(`${contract.file} declares no resource`);
  const own = namesOf(service).one.pascal;
  if (others.length > 0 && !found.includes(own))
    throw new ConfigError(
      `${service} has several resources; choose one with --resource: ${found.join(', ')}`,
    );
  return others.length > 0 ? own : only;
}

/** The file with the states. @throws ConfigError when it does not exist */
function rulesOf(changes: FileChanges, { service, one }: Names): string {
  const path = `${folderOf(service)}/${one.kebab}.ts`;
  if (changes.has(path)) return path;
  throw new ConfigError(
    `${withArticle(one.text)} has no states, but an action needs one: TRANSITIONS in ${path} was not found`,
  );
}

function startOf(rules: EditableSource): string {
  const start = rules.constant('START');
  if (start.type !== 'Literal')
    throw new ConfigError(`${rules.file}: START is not a string literal; name a state with --from`);
  return String(start.value);
}

function addToContract(changes: FileChanges, action: Action): void {
  const { service, one, verb, operationId, done } = action;
  const contract = sourceOf(changes, `${folderOf(service)}/contract.ts`);
  if (contract.findConstant(operationId))
    throw new ConfigError(`${contract.file} already has ${operationId}`);
  const id = `${one.camel}Id`;
  const example = isTaken(contract, id) ? `${id}: id('${action.prefix}-${LATER_SAMPLE}')` : id;
  const links = linksOf(contract, `get${one.pascal}`);
  if (contract.members(links).has(verb))
    throw new ConfigError(
      `${contract.file}: get${one.pascal} already has a link ${verb}; choose another verb`,
    );
  contract.append(
    contract.list(links),
    `${verb}: { operationId: '${operationId}', parameters: { ${id}: '$response.body#/id' } }`,
  );
  const [declared] = contract.calls('defineContract');
  if (declared === undefined) throw new ConfigError(`${contract.file} does not call defineContract`);
  contract.append(contract.listAt(declared.spec, 'operations'), operationId);
  contract.insert(
    `export const ${operationId} = operation({
  operationId: '${operationId}',
  method: 'post',
  path: '${pathOf(action)}',
  summary: '${titleOf(action)}',
  params: z.object({ ${example} }),
  responses: { 200: { description: 'The ${one.text}, ${kebab(done).replaceAll('-', ' ')}.', body: ${one.pascal} } },
  problems: [actionNotAllowed],
});`,
    contract.statementOf(declared.name),
  );
  contract.importNames('../../src/index.ts', [
    'actionNotAllowed',
    'operation',
    'z',
    ...(example === id ? [] : ['id']),
  ]);
  changes.write(contract.file, contract.text);
}

/** `Settle an invoice`, `Find an invoice again`. */
function titleOf({ verb, one }: Action): string {
  const said = kebab(verb).replaceAll('-', ' ');
  const [, does = said, after = ''] = /^(.+)( (?:again|back))$/.exec(said) ?? [];
  return `${does.charAt(0).toUpperCase()}${does.slice(1)} ${withArticle(one.text)}${after}`;
}

/** Another sample in the initial state, so that the examples of two actions do not conflict. */
const LATER_SAMPLE = 1004;

/** Whether another action already uses the first sample as its example. */
const isTaken = (contract: EditableSource, id: string): boolean =>
  contract.calls('operation').some(({ spec }) => {
    const { method, params } = Object.fromEntries(contract.members(spec));
    return (
      method?.value.type === 'Literal' &&
      method.value.value === 'post' &&
      params !== undefined &&
      contract.textOf(params.value) === `z.object({ ${id} })`
    );
  });

/** Adds a row to the table of actions in the README. */
function addToReadme(changes: FileChanges, action: Action): void {
  const path = `${folderOf(action.service)}/README.md`;
  if (!changes.has(path)) return;
  const row = `| \`${action.verb}\` | \`POST ${pathOf(action)}\` | \`${action.from}\` |\n`;
  const table = new RegExp(`^\\| from ${withArticle(action.one.text)} .*\\n(?:\\|.*\\n)+`, 'm');
  changes.write(
    path,
    changes.read(path).replace(table, (rows) => alignTables(rows + row)),
  );
}

function addToRules(changes: FileChanges, rules: EditableSource, { one, verb, from, to }: Action): void {
  const table = () => rules.objectOf('TRANSITIONS');
  const states = [...rules.members(table()).keys()];
  checkKnown(from, states, 'state');
  if (!/^[A-Z][A-Z\d_]*$/.test(to))
    throw new ConfigError(`${to} is not a valid state name; use capitals, as in SETTLED`);
  if (!states.includes(to)) {
    rules.append(rules.list(rules.constant(`${one.snake.toUpperCase()}_STATES`)), `'${to}'`);
    rules.append(rules.list(table()), `${to}: {}`);
  }
  const events = rules.members(table()).get(from)?.value as ObjectExpression;
  if (rules.members(events).has(verb)) throw new ConfigError(`${rules.file}: ${from} already has ${verb}`);
  rules.append(rules.list(events), `${verb}: '${to}'`);
  // Services that were generated by an older version name it `follow`.
  const [, transition] = /function (follow|transition)\(\{ state \}/.exec(rules.text) ?? [];
  const nextState =
    transition === undefined ? `TRANSITIONS.${from}.${verb}` : `${transition}(${one.camel}, '${verb}')`;
  rules.insert(
    `export const ${verb} = (${one.camel}: ${one.pascal}): ${one.pascal} => ({ ...${one.camel}, state: ${nextState} });`,
  );
  changes.write(rules.file, rules.text);
}

function addToLinks(changes: FileChanges, { service, one, verb, operationId }: Action): void {
  const links = sourceOf(changes, `${folderOf(service)}/links.ts`);
  const table = links.calls('transitions').find(({ resource }) => resource === one.pascal);
  if (table === undefined)
    throw new ConfigError(
      `${links.file} does not call transitions(${one.pascal}, …), so ${verb} cannot be added to its actions`,
    );
  links.append(links.list(links.objectAt(table.spec, 'actions')), `${verb}: ${operationId}`);
  links.importNames('./contract.ts', [operationId]);
  changes.write(links.file, links.text);
}

function addHandler(changes: FileChanges, action: Action): void {
  const { service, one, verb, operationId, done } = action;
  const { pascal, camel, kebab: file } = one;
  const result = done === verb ? 'changed' : done;
  const handler = `handle${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}`;
  const name = `${kebab(verb)}-${file}.ts`;
  changes.write(
    `${folderOf(service)}/handlers/${name}`,
    `/** POST ${pathOf(action)} */
import { guard, type Handler } from '../../../src/index.ts';
import { ${pascal}, ${operationId} } from '../contract.ts';
import { ${camel}Actions } from '../links.ts';
import { ${camel}NotFound } from '../refusals.ts';
import { ${verb} } from '../${file}.ts';
import type { ${pascal}Store } from '../${storeFile(changes, action)}';

export const ${handler} =
  (store: ${pascal}Store): Handler<typeof ${operationId}> =>
  async ({ params: { ${camel}Id }, precondition }) => {
    const ${result} = await store.change(${camel}Id, (${camel}) => {
      precondition(${pascal}, ${camel});
      guard(${camel}Actions, ${operationId}, ${camel});
      return ${verb}(${camel});
    });
    if (${result} === undefined) throw ${camel}NotFound(${camel}Id);
    return { status: 200, body: ${result} };
  };
`,
  );
  const main = sourceOf(changes, `${folderOf(service)}/main.ts`);
  const { spec } = serviceIn(main);
  const { list } = main.returned(spec, 'handlers');
  const store = /(\w+) = \w+Store\(db\)/.exec(main.text)?.[1] ?? 'store';
  const own = new RegExp(`(\\w+) = ${camel}Store\\(db\\)`).exec(main.text)?.[1] ?? store;
  main.append(list, `${operationId}: ${handler}(${own})`);
  main.import(`import { ${handler} } from './handlers/${name}';`);
  changes.write(main.file, main.text);
}

const isNewState = (rules: EditableSource, { to }: Action): boolean =>
  !rules.members(rules.objectOf('TRANSITIONS')).has(to);

/** Whether the sample data has a resource in the state of the action. */
function hasSample(changes: FileChanges, { service, one, from }: Action): boolean {
  const folder = folderOf(service);
  const own = `${folder}/${one.kebab}-sample-data.ts`;
  const path = changes.has(own) ? own : `${folder}/sample-data.ts`;
  return changes.has(path) && changes.read(path).includes(`'${from}'`);
}

function addTest(changes: FileChanges, { service, one, many, verb, operationId, from, to }: Action): void {
  changes.write(
    `${testsOf(service)}/${kebab(operationId)}.test.ts`,
    `import { afterAll, beforeAll, expect, it } from '@jest/globals';
import request from 'supertest';
import { service } from '../../../services/${service}/main.ts';
import { type TestService, testService } from '../../support/service.ts';

let running: TestService;
beforeAll(async () => {
  running = await testService(service);
});
afterAll(() => running.close());

it('${withArticle(one.text)} that is ${from} offers ${verb}${from === to ? '' : ', once'}', async () => {
  const { body } = await request(running.app)
    .get('/${many.kebab}?state=${from}&limit=1')
    .accept('application/hal+json')
    .expect(200);
  const { href } = body._embedded.item[0]._links.${verb};
  const done = await request(running.app).post(href).expect(200);
  expect(done.body.state).toBe('${to}');
${from === to ? '' : '  await request(running.app).post(href).expect(409);\n'}});
`,
  );
}

const storeFile = (changes: FileChanges, { service, one }: Action): string => {
  const own = `${one.kebab}-store.ts`;
  return changes.has(`${folderOf(service)}/${own}`) ? own : 'store.ts';
};

if (import.meta.main)
  await runCommand({
    help: HELP,
    names: 2,
    values: ['from', 'to', 'resource'],
    flags: ['action', 'contract-only'],
    run: ({ names: [service = '', verb = ''], values: { from, to, resource }, flags }) => {
      if (!flags.has('action'))
        throw new ConfigError(
          'this command supports only actions: add --action; new:resource generates other operations',
        );
      return newOperation({ service, verb, from, to, resource, isContractOnly: flags.has('contract-only') });
    },
  });
