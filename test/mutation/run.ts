/**
 * `npm run test:mutation -- PATH…`: changes the code of the named files or folders, one small change at a time, and
 * runs the tests that reach it. A change that no test notices is a behaviour that no test protects.
 *
 * Prints each survivor with its place and the mutation score, and writes `coverage/mutation.html`.
 * Exits with 1 when the score is below `--break`, and with 2 when the command line is wrong.
 */
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

const HELP = `npm run test:mutation -- PATH… [options]

PATH is a file or a folder of src/ or services/, such as src/hypermedia.

  --share N     the share of mutants that are tried, between 0 and 1 (1)
  --tests GLOB  the tests that run, repeatable (all but those that start processes or browsers)
  --jobs N      how many processes run tests at once (2)
  --break N     exit with 1 when the score is below N percent (0)

A whole folder takes hours: about 3 s a mutant and process. --share 0.1 tries a tenth, the same tenth each time.`;

/** Journeys are excluded: they start whole systems, mostly in other processes, where mutants are not active. */
const DEFAULT_TESTS = [
  'test/{config,contract,gateway,http,hypermedia,outbound,service,services,storage}/**/*.test.ts',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    share: { type: 'string', default: '1' },
    tests: { type: 'string', multiple: true },
    jobs: { type: 'string', default: '2' },
    break: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
});

const fail = (message: string): never => {
  console.error(`${message}\n\n${HELP}`);
  process.exit(2);
};

if (values.help) {
  console.log(HELP);
  process.exit(0);
}
if (positionals.length === 0) fail('Name at least one PATH.');
const missing = positionals.find((path) => !existsSync(path));
if (missing !== undefined) fail(`There is no ${missing}.`);

const numberOf = (name: 'share' | 'jobs' | 'break', low: number, high: number): number => {
  const number = Number(values[name]);
  return number >= low && number <= high ? number : fail(`--${name} takes a number from ${low} to ${high}.`);
};
const share = numberOf('share', 0, 1);
const jobs = numberOf('jobs', 1, 64);
const lowest = numberOf('break', 0, 100);

const isFolder = (path: string): boolean => statSync(path).isDirectory();
const trimmed = positionals.map((path) => path.replace(/\/$/, ''));
process.env.MUTATION_SHARE = String(share);
const results = await new Stryker({
  mutate: trimmed.map((path) => (isFolder(path) ? `${path}/**/*.ts` : path)),
  testRunner: 'reached',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    configFile: 'jest.config.ts',
    enableFindRelatedTests: true,
    config: {
      testEnvironment: fileURLToPath(import.meta.resolve('./environment.ts')),
      testMatch: (values.tests ?? DEFAULT_TESTS).map((glob) => `<rootDir>/${glob}`),
      // Tests that hang with a mutant fail soon, once per file; the initial run may be on a busy machine.
      testTimeout: 15_000,
    },
  },
  coverageAnalysis: 'perTest',
  // A mutant that only runs while a file is loaded would need every test.
  ignoreStatic: true,
  // TypeScript 7 has no API to rewrite a tsconfig with, and nothing here needs one.
  tsconfigFile: 'none.json',
  plugins: [
    '@stryker-mutator/jest-runner',
    ...['./reached.ts', './sample.ts'].map((file) => import.meta.resolve(file)),
  ],
  checkers: share < 1 ? ['sample'] : [],
  concurrency: jobs,
  // Longer than the timeout of a test, so that a hanging test fails and its process continues.
  timeoutMS: 20_000,
  timeoutFactor: 2,
  // Each run of jest leaves some memory behind.
  maxTestRunnerReuse: 25,
  reporters: ['clear-text', 'html', 'json', 'progress-append-only'],
  clearTextReporter: { logTests: false, reportTests: false },
  htmlReporter: { fileName: 'coverage/mutation.html' },
  jsonReporter: { fileName: 'coverage/mutation.json' },
  tempDirName: 'coverage/mutation',
}).runMutationTest();

const count = (...statuses: readonly string[]): number =>
  results.filter(({ status }) => statuses.includes(status)).length;
const found = count('Killed', 'Timeout');
const tried = found + count('Survived', 'NoCoverage');
const score = tried === 0 ? 100 : (found / tried) * 100;
console.log(
  `${found} of ${tried} mutants were noticed: ${score.toFixed(1)} %. Survived: ${count('Survived')}, reached by no test: ${count('NoCoverage')}.`,
);
if (score < lowest) process.exitCode = 1;
