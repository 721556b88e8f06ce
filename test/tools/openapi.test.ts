import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { documentFiles } from '../../src/tools/openapi.ts';

describe('The documents', () => {
  it('match the contracts; if not, run npm run openapi', async () => {
    const files = await documentFiles('gateway.yaml');
    expect(files.map(({ path }) => path.replace(/.*\//, ''))).toContain('gateway.yaml');
    for (const { path, text } of files) expect(readFileSync(path, 'utf8')).toBe(text);
  });
});
