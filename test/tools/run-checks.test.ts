/** `npm run check` with a fake npm that only records its arguments. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startChild } from '../support/child.ts';

describe('npm run check', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'checks-'));
    const npm = join(folder, 'npm');
    writeFileSync(
      npm,
      '#!/bin/sh\necho "$@" >> "$CALLS"\necho "output of $3"\necho "errors of $3" >&2\n[ "$3" != "$FAILING" ] || exit 3\n',
    );
    chmodSync(npm, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const check = async (args: readonly string[], failing = '') => {
    const calls = join(folder, 'calls');
    const child = startChild('src/tools/run-checks.ts', args, {
      PATH: `${folder}:${process.env.PATH}`,
      CALLS: calls,
      FAILING: failing,
      NO_COLOR: '1',
      FORCE_COLOR: '0',
    });
    const code = await child.ended;
    return { code, ...child.output, calls: readFileSync(calls, 'utf8').trim().split('\n') };
  };

  it('runs every check of package.json and prints one line when all pass', async () => {
    const { code, stdout, stderr, calls } = await check([]);
    expect([code, stdout, stderr]).toEqual([0, 'All checks passed.\n', '']);
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const checks = Object.keys(scripts).filter((name) => name.startsWith('check:'));
    expect(calls).toEqual(checks.map((name) => `run --silent ${name}`));
  });

  it('stops at the first check that fails, shows its output, and ends with its exit code', async () => {
    const { code, stdout, stderr, calls } = await check([], 'check:docs');
    expect(code).toBe(3);
    expect(calls.at(-1)).toBe('run --silent check:docs');
    expect(stdout).toBe('output of check:docs\n');
    expect(stderr).toBe('errors of check:docs\ncheck:docs failed.\n');
  });

  it('shows the output of every check with --verbose', async () => {
    const { code, stdout, calls } = await check(['--verbose']);
    expect(code).toBe(0);
    expect(stdout).toContain('output of check:types\n');
    expect(stdout).toMatch(/All checks passed\.\n$/);
    expect(calls).toContain('run --silent check:contracts -- --verbose');
  });
});
