/** `npm run linkway -- COMMAND`: looks at documents and routes. Ends with 1 where something is wrong, 2 where it is asked wrongly. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../config/config-error.ts';
import { redact } from '../http/redact.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { diff } from './diff.ts';
import { grade } from './grade.ts';
import { routes } from './routes.ts';

const COMMANDS: Readonly<Record<string, Command>> = { check, routes, grade, diff };

const help = (): string =>
  [
    'npm run linkway -- COMMAND [--json]',
    '',
    ...Object.values(COMMANDS).map(({ usage, about }) => `  ${usage.padEnd(24)} ${about}`),
    '',
  ].join('\n');

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: false,
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [name = '', ...names] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined || values.help) {
    const isAsked = values.help === true || name === '';
    (isAsked ? process.stdout : process.stderr).write(
      isAsked ? help() : `linkway: there is no command ${name}\n${help()}`,
    );
    return isAsked ? 0 : 2;
  }
  try {
    const { json, lines, isGood } = await command.run(names);
    process.stdout.write(values.json ? `${JSON.stringify(json, undefined, 2)}\n` : `${lines.join('\n')}\n`);
    return isGood ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(redact(`linkway: ${error.message.replaceAll('\n', '\nlinkway: ')}\n`));
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
