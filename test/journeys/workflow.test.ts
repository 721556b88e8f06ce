/** The Arazzo documents under `openapi/` run against the whole system with a third-party runner. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createConfig, type LoggerInterface } from '@redocly/openapi-core';
import { run } from '@redocly/respect-core';
import { describeSamples } from '../support/samples.ts';
import { type System, startSystem } from '../support/system.ts';

const FOLDER = 'openapi';
const workflows = readdirSync(FOLDER).filter((name) => name.endsWith('.arazzo.yaml'));

let system: System;
describeSamples('The Arazzo workflows', () => {
  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);
  afterAll(() => system.close());

  it.each(workflows)('run with every step successful: %s', async (name) => {
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    const logger: LoggerInterface = {
      info: say,
      warn: say,
      error: say,
      output: say,
      printNewLine: () => say('\n'),
      printSeparator: say,
      indent: (text) => text,
    };
    const [result] = await run({
      files: [`${FOLDER}/${name}`],
      server: [`linkway=${system.url}`],
      config: await createConfig({}),
      maxSteps: 100,
      maxFetchTimeout: 20_000,
      requestFileLoader: { getFileBody: () => Promise.reject(new Error('no files')) },
      logger,
      fetch,
    });
    if (result?.hasProblems !== false) throw new Error(said.join(''));
    const checks = result.executedWorkflows
      .flatMap(({ executedSteps }) => executedSteps)
      .flatMap((step) => ('checks' in step ? step.checks : []));
    expect(checks.length).toBeGreaterThan(10);
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  });
});
