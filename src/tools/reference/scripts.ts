/** `docs/reference/scripts.md`: every script of package.json with one sentence. */
import { readFileSync } from 'node:fs';
import { ConfigError } from '../../config/config-error.ts';
import { code, page, table } from './markdown.ts';

interface Script {
  /** What follows its name on the command line, such as `-- <service>`. */
  readonly args?: string;
  readonly meaning: string;
}

/** Sections of the page, and in them the scripts, each with what it does. */
const SECTIONS: Readonly<Record<string, Readonly<Record<string, Script>>>> = {
  Run: {
    start: { meaning: 'Starts the gateway and all services of `services/` in one process.' },
    'start:secure': {
      meaning:
        'Starts the same with security that is enforced, and an OpenID provider on this machine with people who can sign in; see [sign-in](../sign-in.md). `PROVIDER_PORT` is the port of the provider, 9000 by default.',
    },
    'start:gateway': { meaning: 'Starts the gateway alone.' },
    'start:service': { args: '-- <service>', meaning: 'Starts one service alone.' },
    dev: {
      meaning:
        'Runs what `npm start` runs, and restarts it when code changes. It writes the documents first; when that fails, the previous process stays.',
    },
  },
  'Write code': {
    'new:service': {
      args: '-- <name>',
      meaning: 'Writes a service with a resource, states, actions and tests, and adds it to `gateway.yaml`.',
    },
    'new:operation': {
      args: '-- <service> <verb> --action',
      meaning:
        'Writes an action: contract, link, state, handler and test. `--contract-only` leaves the handler out.',
    },
    'new:resource': {
      args: '-- <service> <plural>',
      meaning: 'Writes one more resource of a service, related to its first one.',
    },
    'remove:service': {
      args: '-- <name>',
      meaning: 'Removes a service with its tests, its documents and the links that lead to it.',
    },
    openapi: {
      meaning:
        'Writes `openapi/` from the contracts, and `compose.yaml` and `deploy/kubernetes` from `gateway.yaml`.',
    },
    docs: { meaning: 'Writes the reference pages under `docs/reference` from the code.' },
    format: { meaning: 'Formats the code, and fixes what Biome can fix.' },
    release: {
      meaning:
        'Copies the documents to `openapi/released` as those of this release, unless one breaks its clients.',
    },
    pack: {
      meaning:
        'Builds the package in `dist/package`, and packs it as `dist/linkway-<version>.tgz`; see [Run without a clone](../run-without-a-clone.md).',
    },
    prepack: { meaning: 'Says that `npm pack` is for the built package: use `npm run pack`.' },
  },
  Check: {
    check: {
      meaning:
        'Runs every `check:` script in turn, and stops at the first that fails. `-- --verbose` shows their output.',
    },
    'check:types': { meaning: 'Runs the TypeScript compiler.' },
    'check:style': { meaning: 'Runs Biome’s linter and formatter.' },
    'check:openapi': { meaning: 'Tells whether the documents are what the contracts say.' },
    'check:docs': { meaning: 'Tells whether the reference pages are what the code says.' },
    'check:contracts': {
      meaning:
        'Tells whether a document breaks clients of the released one under the same major version. `-- --verbose` lists all changes.',
    },
    'check:handlers': {
      meaning: 'Lists the operations of the contracts that have no handler yet, and where to write each.',
    },
    'check:unused': { meaning: 'Lists files, exports and packages that nothing uses.' },
    test: {
      meaning:
        'Runs the tests, and says at its end which slow ones it left out; `npm test -- test/gateway` runs those of a folder.',
    },
    'test:all': { meaning: 'Runs every test, the slow ones (`*.slow.test.ts`) too, which take minutes.' },
    'test:mutation': {
      args: '-- <path>',
      meaning:
        'Changes the code in small ways and lists the changes that no test notices, with [StrykerJS](https://stryker-mutator.io). `-- --help` shows the options.',
    },
  },
  'Inspect and measure': {
    linkway: {
      args: '-- <command>',
      meaning:
        'Inspects documents and routes, and makes API keys and hashes of passwords; see [command line](command-line.md).',
    },
    bench: {
      meaning:
        'Compares the gateway with a bare proxy. `-- expand` measures expanded pages, `-- documents` large documents.',
    },
    chaos: {
      meaning:
        'Puts faults in front of a service and measures what each policy does about them. `-- refused one-bad` runs some of the faults.',
    },
    'lab:availability': {
      meaning:
        'Measures the availability of a request that needs three services, without and with each remedy.',
    },
  },
};

/** @throws ConfigError when package.json has a script without a sentence here, or none of a name that is here */
export function scripts(): string {
  const file = new URL('../../../package.json', import.meta.url);
  const present = Object.keys(JSON.parse(readFileSync(file, 'utf8')).scripts);
  const described = Object.values(SECTIONS).flatMap((section) => Object.keys(section));
  const differing = [
    ...present.filter((name) => !described.includes(name)),
    ...described.filter((name) => !present.includes(name)),
  ];
  if (differing.length > 0)
    throw new ConfigError(
      `${differing.join(', ')}: package.json and src/tools/reference/scripts.ts have to name the same scripts`,
    );
  return page(
    'Scripts',
    'Every script of `package.json`. The source is `src/tools/reference/scripts.ts`.',
    ...Object.entries(SECTIONS).flatMap(([title, section]) => [
      `## ${title}`,
      table(
        ['script', 'what it does'],
        Object.entries(section).map(([name, { args, meaning }]) => [code(commandOf(name, args)), meaning]),
      ),
    ]),
    '## Tests that need more',
    'A test that needs a program which is missing is skipped, and says so: git and a checkout for tests that change a copy of the project, curl for the tutorial and the quickstarts, docker with its compose plugin for `docker compose config`, Chromium for tests in a browser (`CHROMIUM_PATH`, or in `PATH`), a PostgreSQL server for the storage suite (`DATABASE_URL`) and its programs for tests that kill it, `redis-server` or `valkey-server` in `PATH`, openssl and curl for TLS, Keycloak for its tokens (`KEYCLOAK_URL`, which `.ci/keycloak/serve` starts), a registry of npm for the package. `.ci/run` installs all of them but docker, and skips nothing else; where it does not reach Maven Central it also skips the tests with Keycloak, and says so. Public OpenAPI documents that may not be copied into this repository are read from `../shared/corpus`, or from the folder that `OPENAPI_CORPUS` names.',
  );
}

/** npm has a short form for these. */
const SHORT = ['start', 'test'];

const commandOf = (name: string, args = ''): string =>
  `npm ${SHORT.includes(name) ? '' : 'run '}${name} ${args}`.trimEnd();
