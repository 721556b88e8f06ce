import { expect, it } from '@jest/globals';
import { SchemeFaultLog } from '../../../src/gateway/reload/security-warnings.ts';

it('A fault of a scheme is logged when it appears, changes and is resolved, and not in between', () => {
  const lines: unknown[][] = [];
  const log = new SchemeFaultLog({
    warn: ((fields: object) => lines.push(['warn', fields])) as never,
    info: ((fields: object) => lines.push(['info', fields])) as never,
  });
  for (const reason of ['missing', 'missing', 'broken']) log.update([['key', reason]]);
  log.update([]);
  log.update([]);
  log.update([['key', 'missing']]);
  expect(lines).toEqual([
    ['warn', { scheme: 'key', reason: 'missing' }],
    ['warn', { scheme: 'key', reason: 'broken' }],
    ['info', { scheme: 'key' }],
    ['warn', { scheme: 'key', reason: 'missing' }],
  ]);
});
