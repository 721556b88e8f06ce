import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { writeStale } from '../../src/tools/generated-files.ts';

describe('Generated files', () => {
  let folder: string;
  let output: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generated-'));
    output = '';
    for (const stream of [process.stdout, process.stderr])
      jest.spyOn(stream, 'write').mockImplementation((text) => {
        output += text;
        return true;
      });
    writeFileSync(join(folder, 'same'), 'same');
    writeFileSync(join(folder, 'old'), 'old');
    writeFileSync(join(folder, 'gone'), 'gone');
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
    rmSync(folder, { recursive: true });
  });

  const files = () => [
    { path: join(folder, 'same'), text: 'same' },
    { path: join(folder, 'old'), text: 'new' },
    { path: join(folder, 'deep/added'), text: 'added' },
    { path: join(folder, 'gone'), text: undefined },
    { path: join(folder, 'absent'), text: undefined },
  ];

  it('are written and listed when they are stale', () => {
    writeStale(files());
    expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('new');
    expect(readFileSync(join(folder, 'deep/added'), 'utf8')).toBe('added');
    expect(existsSync(join(folder, 'gone'))).toBe(false);
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => line.split('/').at(-1)),
    ).toEqual(['old', 'added', 'gone']);
    expect(process.exitCode).toBeUndefined();
  });

  it('are only listed by a check, which sets exit code 1 and prints the remedy', () => {
    writeStale(files(), 'run it');
    expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('old');
    expect(existsSync(join(folder, 'deep'))).toBe(false);
    expect(existsSync(join(folder, 'gone'))).toBe(true);
    expect(output.match(/^stale: /gm)).toHaveLength(3);
    expect(output).toMatch(/\nlinkway: run it\n$/);
    expect(process.exitCode).toBe(1);
  });

  it('pass a check when none is stale', () => {
    writeStale([{ path: join(folder, 'same'), text: 'same' }], 'run it');
    expect(output).toBe('');
    expect(process.exitCode).toBeUndefined();
  });
});
