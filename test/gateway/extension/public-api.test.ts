/** What the files of steps get from `import … from 'linkway'`. A removed name breaks the steps of users. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import * as api from '../../../src/gateway/extension/index.ts';
import * as services from '../../../src/index.ts';

it('The API for steps exports the promised names', () => {
  expect(Object.keys(api).toSorted()).toEqual([
    'Problem',
    'actionNotAllowed',
    'badGateway',
    'defineProblem',
    'defineStep',
    'notFound',
    'stepRefused',
  ]);
});

it('The API for steps is part of the API for services, as the same values', () => {
  expect(services).toMatchObject(api);
});

it('A clone resolves linkway to the API for steps', () => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(exports).toEqual({ '.': './src/gateway/extension/index.ts' });
});
