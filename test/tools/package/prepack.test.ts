/** The script that refuses `npm pack` in a clone: npm runs it before the script `pack` too. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

const prepack = (command: string) =>
  spawnSync('sh', ['-c', scripts.prepack as string], {
    env: { ...process.env, npm_command: command },
    encoding: 'utf8',
  });

it.each(['pack', 'publish', ''])('The command %j is refused, and names the script', (command) => {
  const { status, stderr } = prepack(command);
  expect(status).toBe(1);
  expect(stderr).toContain('npm run pack');
});

// Older versions of npm call it `run-script`.
it.each(['run', 'run-script'])('The script is run with the command %j', (command) => {
  expect(prepack(command)).toMatchObject({ status: 0, stderr: '' });
});
