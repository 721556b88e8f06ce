/**
 * A test runner plugin for StrykerJS: jest, which loads for each mutant only the test files with tests that reach it. By
 * itself it loads every file that imports the changed one, and here those are almost all.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  commonTokens,
  declareFactoryPlugin,
  type Injector,
  type PluginContext,
  PluginKind,
  tokens,
} from '@stryker-mutator/api/plugin';
import { DryRunStatus, type TestRunner } from '@stryker-mutator/api/test-runner';
import { strykerPlugins as jestPlugins } from '@stryker-mutator/jest-runner';

/** Written by the process of the initial run, read by those of the mutants: all of them work in the sandbox. */
const FILE = 'reached.json';

type JestRunner = TestRunner & { readonly jestConfig: { testMatch: string[] } };

function reachedRunner(injector: Injector<PluginContext>): TestRunner {
  const [jest] = jestPlugins;
  if (jest === undefined) throw new Error('The jest runner of StrykerJS has no plugin.');
  const runner = injector.injectFunction(jest.factory) as JestRunner;
  const { dryRun, mutantRun } = runner;
  let filesOf: Record<string, string[]> | undefined;

  return Object.assign(runner, {
    dryRun: async (...[options]: Parameters<TestRunner['dryRun']>) => {
      const result = await dryRun.call(runner, options);
      if (result.status === DryRunStatus.Complete) {
        const named = Map.groupBy(result.tests, ({ id }) => id);
        const files = [...named].map(([id, tests]) => [id, tests.map(({ fileName }) => fileName)]);
        writeFileSync(FILE, JSON.stringify(Object.fromEntries(files)));
      }
      return result;
    },
    mutantRun: (...[options]: Parameters<TestRunner['mutantRun']>) => {
      filesOf ??= existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
      const files = new Set(options.testFilter?.flatMap((id) => filesOf?.[id] ?? []));
      if (files.size > 0) runner.jestConfig.testMatch = [...files];
      return mutantRun.call(runner, options);
    },
  });
}
reachedRunner.inject = tokens(commonTokens.injector);

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'reached', reachedRunner)];
