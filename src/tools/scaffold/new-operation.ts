/**
 * `npm run new:operation -- invoices settle --action`: one more thing that can be done with the resource of a service.
 * The contract has the operation and the link that leads to it, the table of states says when it is offered and what
 * follows, and a handler does it; what a person wrote stays as it is.
 */
import type { ObjectExpression } from 'oxc-parser';
import { ConfigError } from '../../config/config-error.ts';
import { Changes } from './changes.ts';
import { checkKnown, checkName, command } from './command.ts';
import { type Names, namesOf, withArticle } from './names.ts';
import { applied, folderOf, ROOT, releasedOf, servicesHere, testsOf } from './project.ts';
import { linksOf, serviceIn, sourceOf } from './relation.ts';
import { refuseWord } from './reserved-words.ts';
import { aligned } from './sample.ts';
import type { Source } from './source.ts';
import { words } from './words.ts';

const HELP = `npm run new:operation -- SERVICE NAME --action [--from STATE] [--to STATE] [--resource NAME] [--contract-only]

  Writes an action: POST /invoices/{invoiceId}/settle, which a state offers and another one follows.

  NAME              a verb: settle
  --from STATE      in which it is offered; without it, the state that a new one begins as
  --to STATE        that follows; without it, what the verb says: SETTLED
  --resource NAME   of which it is, where the service has several
  --contract-only   leaves the handler to you; until it is there the answer is 501, and npm run check says what to write;
                    the same command without it writes the handler later

`;

export interface NewOperation {
  readonly service: string;
  readonly verb: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly resource?: string | undefined;
  readonly isContractOnly?: boolean;
}

/** What an action is called, in code and for people. */
interface Action extends Names {
  readonly verb: string;
  readonly operationId: string;
  /** What is said of one to which it was done: `settled`. */
  readonly done: string;
  readonly from: string;
  readonly to: string;
}

/**
 * @returns what is said of it
 * @throws ConfigError when there is no such service, or something of that name is there; then nothing is changed
 */
export async function newOperation(told: NewOperation): Promise<readonly string[]> {
  const { service, verb, isContractOnly = false } = told;
  checkKnown(service, servicesHere(ROOT), 'service');
  checkName(verb);
  refuseWord(verb, 'take another verb');
  const changes = new Changes(ROOT);
  const names = namesOf(service, resourceOf(sourceOf(changes, `${folderOf(service)}/contract.ts`), told));
  const rules = sourceOf(changes, rulesOf(changes, names));
  const operation = namesOf(verb, verb).one.camel;
  const done = namesOf(verb, words.past(verb.split('-')).join('-')).one.camel;
  const asked: Action = {
    ...names,
    ...{ verb: operation, done, operationId: operation + names.one.pascal },
    from: told.from ?? startOf(rules),
    to: told.to ?? done.replaceAll(/([A-Z])/g, '_$1').toUpperCase(),
  };
  const left = isContractOnly ? undefined : leftToWrite(changes, rules, asked);
  const action = { ...asked, ...left };
  const notes: string[] = [];
  if (isNewState(rules, action) && changes.has(releasedOf(service)))
    notes.push(
      '',
      `${action.to} is new to those who call the released ${service}. npm run check:contracts will ask for a new major version: info.version, which is \`version\` in ${folderOf(service)}/contract.ts.`,
    );
  if (left === undefined) {
    refuseTaken(rules, action);
    inContract(changes, action);
    inRules(changes, rules, action);
    inLinks(changes, action);
    inReadme(changes, action);
  }
  if (!isContractOnly) {
    withHandler(changes, action);
    if (hasSample(changes, action)) withTest(changes, action);
    else
      notes.push(
        '',
        `No sample is ${action.from}, so there is no test of it yet: write one in ${testsOf(service)}/.`,
      );
  }
  const { lines } = changes;
  await applied(changes);
  const path = pathOf(action);
  return [
    ...lines,
    '',
    `${action.from} offers ${action.verb}, and ${action.to} follows.`,
    ...(isContractOnly
      ? [
          '',
          `POST ${path} is answered with 501 until it has a handler; npm run check says where to write it.`,
        ]
      : []),
    ...notes,
    '',
    `  curl -s -X POST 'http://localhost:8080${path.replace(/\{[^}]+\}/, `${names.prefix}-1001`)}'`,
  ];
}

const pathOf = ({ one, many, verb }: Action): string => `/${many.kebab}/{${one.camel}Id}/${kebab(verb)}`;
const kebab = (name: string): string => name.replaceAll(/([A-Z])/g, '-$1').toLowerCase();

/** From where and to where an action leads that lacks nothing but its handler; undefined where it is another one. */
function leftToWrite(changes: Changes, rules: Source, { service, verb, operationId }: Action) {
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

/** @throws ConfigError when the code of the action needs the name for something else */
function refuseTaken(rules: Source, { one, verb }: Action): void {
  const { camel } = one;
  const own = [camel, `${camel}Id`, `${camel}Actions`, `${camel}NotFound`, 'guard', 'precondition', 'store'];
  if (own.includes(verb) || rules.has(verb))
    throw new ConfigError(
      `${verb} is the name of something else in the code of ${withArticle(one.text)}; take another verb`,
    );
}

/** Of which it is. @throws ConfigError when there are several, and none is named */
function resourceOf(contract: Source, { resource, service }: NewOperation): string {
  const found = contract.callsOf('resource');
  if (resource !== undefined) {
    const wanted = namesOf(service, resource).one.pascal;
    checkKnown(wanted, found, 'resource');
    return wanted;
  }
  const [only, ...others] = found;
  if (only === undefined)
    throw new ConfigError(`${contract.file} has no resource that something could be done with`);
  const own = namesOf(service).one.pascal;
  if (others.length > 0 && !found.includes(own))
    throw new ConfigError(`${service} has several resources; say which with --resource: ${found.join(', ')}`);
  return others.length > 0 ? own : only;
}

/** The file with the states. @throws ConfigError when there is none */
function rulesOf(changes: Changes, { service, one }: Names): string {
  const path = `${folderOf(service)}/${one.kebab}.ts`;
  if (changes.has(path)) return path;
  throw new ConfigError(
    `${one.text} has no states: an action is offered by a state, and those are looked for as TRANSITIONS in ${path}`,
  );
}

function startOf(rules: Source): string {
  const start = rules.constant('START');
  if (start.type !== 'Literal')
    throw new ConfigError(`${rules.file}: START is no text; name a state with --from`);
  return String(start.value);
}

function inContract(changes: Changes, action: Action): void {
  const { service, one, verb, operationId, done } = action;
  const contract = sourceOf(changes, `${folderOf(service)}/contract.ts`);
  if (contract.findConstant(operationId))
    throw new ConfigError(`${contract.file} has ${operationId} already`);
  const id = `${one.camel}Id`;
  const example = isTaken(contract, id) ? `${id}: id('${action.prefix}-${LATER_SAMPLE}')` : id;
  const links = linksOf(contract, `get${one.pascal}`);
  if (contract.members(links).has(verb))
    throw new ConfigError(`${contract.file}: get${one.pascal} has a link ${verb} already; take another verb`);
  contract.append(
    contract.list(links),
    `${verb}: { operationId: '${operationId}', parameters: { ${id}: '$response.body#/id' } }`,
  );
  const [declared] = contract.calls('defineContract');
  if (declared === undefined) throw new ConfigError(`${contract.file} defines no contract`);
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
    ...['actionNotAllowed', 'operation', 'z'],
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

/** One of the samples that begin as most do, so that two actions can be tried with the examples of the document. */
const LATER_SAMPLE = 1004;

/** Whether another action has the first of the samples for its example. */
const isTaken = (contract: Source, id: string): boolean =>
  contract.calls('operation').some(({ spec }) => {
    const { method, params } = Object.fromEntries(contract.members(spec));
    return (
      method?.value.type === 'Literal' &&
      method.value.value === 'post' &&
      params !== undefined &&
      contract.textOf(params.value) === `z.object({ ${id} })`
    );
  });

/** What the README has of links and actions. */
function inReadme(changes: Changes, action: Action): void {
  const path = `${folderOf(action.service)}/README.md`;
  if (!changes.has(path)) return;
  const row = `| \`${action.verb}\` | \`POST ${pathOf(action)}\` | \`${action.from}\` |\n`;
  const table = new RegExp(`^\\| from ${withArticle(action.one.text)} .*\\n(?:\\|.*\\n)+`, 'm');
  changes.write(
    path,
    changes.read(path).replace(table, (rows) => aligned(rows + row)),
  );
}

function inRules(changes: Changes, rules: Source, { one, verb, from, to }: Action): void {
  const table = () => rules.objectOf('TRANSITIONS');
  const states = [...rules.members(table()).keys()];
  checkKnown(from, states, 'state');
  if (!/^[A-Z][A-Z\d_]*$/.test(to))
    throw new ConfigError(`${to} is no name for a state: capitals, as in SETTLED`);
  if (!states.includes(to)) {
    rules.append(rules.list(rules.constant(`${one.snake.toUpperCase()}_STATES`)), `'${to}'`);
    rules.append(rules.list(table()), `${to}: {}`);
  }
  const events = rules.members(table()).get(from)?.value as ObjectExpression;
  if (rules.members(events).has(verb)) throw new ConfigError(`${rules.file}: ${from} has ${verb} already`);
  rules.append(rules.list(events), `${verb}: '${to}'`);
  const follows = /function follow\(\{ state \}/.test(rules.text)
    ? `follow(${one.camel}, '${verb}')`
    : `TRANSITIONS.${from}.${verb}`;
  rules.insert(
    `export const ${verb} = (${one.camel}: ${one.pascal}): ${one.pascal} => ({ ...${one.camel}, state: ${follows} });`,
  );
  changes.write(rules.file, rules.text);
}

function inLinks(changes: Changes, { service, one, verb, operationId }: Action): void {
  const links = sourceOf(changes, `${folderOf(service)}/links.ts`);
  const table = links.calls('transitions').find(({ resource }) => resource === one.pascal);
  if (table === undefined)
    throw new ConfigError(
      `${links.file} has no transitions(${one.pascal}, …), so nothing says when ${verb} is offered`,
    );
  links.append(links.list(links.objectAt(table.spec, 'actions')), `${verb}: ${operationId}`);
  links.importNames('./contract.ts', [operationId]);
  changes.write(links.file, links.text);
}

function withHandler(changes: Changes, action: Action): void {
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

const isNewState = (rules: Source, { to }: Action): boolean =>
  !rules.members(rules.objectOf('TRANSITIONS')).has(to);

/** Whether one of those that are there from the first start is in the state that offers it. */
function hasSample(changes: Changes, { service, one, from }: Action): boolean {
  const folder = folderOf(service);
  const own = `${folder}/${one.kebab}-sample-data.ts`;
  const path = changes.has(own) ? own : `${folder}/sample-data.ts`;
  return changes.has(path) && changes.read(path).includes(`'${from}'`);
}

function withTest(changes: Changes, { service, one, many, verb, operationId, from, to }: Action): void {
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

const storeFile = (changes: Changes, { service, one }: Action): string => {
  const own = `${one.kebab}-store.ts`;
  return changes.has(`${folderOf(service)}/${own}`) ? own : 'store.ts';
};

if (import.meta.main)
  await command({
    help: HELP,
    names: 2,
    values: ['from', 'to', 'resource'],
    flags: ['action', 'contract-only'],
    run: ({ names: [service = '', verb = ''], values: { from, to, resource }, flags }) => {
      if (!flags.has('action'))
        throw new ConfigError(
          'only actions are written by this so far: add --action; reads and changes of another kind come with new:resource',
        );
      return newOperation({ service, verb, from, to, resource, isContractOnly: flags.has('contract-only') });
    },
  });
