/**
 * Runs the checks one after the other: `npm run check`. The output of a check is shown when it fails, and always with
 * `--verbose`. The first that fails ends the run with its exit code.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';

const CHECKS = ['types', 'style', 'openapi', 'docs', 'contracts', 'handlers', 'unused'];

/** @returns the exit code */
async function run(check: string, isVerbose: boolean): Promise<number> {
  const args = ['run', '--silent', `check:${check}`];
  if (isVerbose && check === 'contracts') args.push('--', '--verbose');
  const output = isVerbose ? 'inherit' : 'pipe';
  const child = spawn('npm', args, { stdio: ['ignore', output, output] });
  const [out, err, [code]] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    once(child, 'exit'),
  ]);
  if (code === 0) return 0;
  process.stdout.write(out);
  process.stderr.write(err);
  return code ?? 1;
}

async function main(isVerbose: boolean): Promise<number> {
  for (const check of CHECKS) {
    if (isVerbose) process.stdout.write(`check:${check}\n`);
    const code = await run(check, isVerbose);
    if (code === 0) continue;
    process.stderr.write(`${styleText('red', `check:${check} failed.`)}\n`);
    return code;
  }
  process.stdout.write(`${styleText('green', 'All checks passed.')}\n`);
  return 0;
}

process.exitCode = await main(process.argv.includes('--verbose'));
