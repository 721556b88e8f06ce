/** The promises to a clone that upgrades to a newer version. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/**
 * The names that services may use. A removed or changed name breaks every clone: describe the remedy in CHANGELOG.md
 * before you change this list.
 */
const DOOR = [
  'Caller',
  'Client',
  'Fault',
  'GatewayStep',
  'Handler',
  'Migration',
  'Money',
  'PageRequest',
  'PageState',
  'Problem',
  'SortColumns',
  'StateOf',
  'StepRequest',
  'StepResponse',
  'Transitions',
  'actionNotAllowed',
  'affordances',
  'badGateway',
  'batchOf',
  'defineContract',
  'defineProblem',
  'defineService',
  'defineStep',
  'dependencyProblems',
  'guard',
  'id',
  'insufficientScope',
  'keysetPage',
  'money',
  'newId',
  'notFound',
  'operation',
  'page',
  'pageQuery',
  'patchOf',
  'resource',
  'sortBy',
  'stepRefused',
  'text',
  'transaction',
  'transitions',
  'z',
];

describe('The public entry point', () => {
  it('exports the promised names', () => {
    const names = [...read('src/index.ts').matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(
      ([, list = '']) => list.split(',').map((name) => name.replace(/^\s*(?:type )?/, '').trim()),
    );
    expect(names.filter(Boolean).toSorted()).toEqual(DOOR.toSorted());
  });
});

describe('CHANGELOG.md', () => {
  const text = read('CHANGELOG.md');
  const headings = [...text.matchAll(/^## \[?([\w.]+)\]?(?: - (\d{4}-\d\d-\d\d))?$/gm)];

  it('begins with the unreleased changes, and has an entry for the current version', () => {
    expect(headings[0]?.[1]).toBe('Unreleased');
    const { version } = JSON.parse(read('package.json'));
    expect(headings.map(([, name]) => name)).toContain(version);
    const dates = headings.slice(1).map(([, , date = '']) => date);
    expect(dates).toEqual(dates.toSorted().toReversed());
    expect(dates.every((date) => !Number.isNaN(Date.parse(date)))).toBe(true);
  });

  it('refers to existing names', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });
});
