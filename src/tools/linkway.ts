/** `npm run linkway -- COMMAND`: inspects documents and routes, and makes keys. Exits with 1 for faults and with 2 for wrong usage. */
import { parseArgs } from 'node:util';
import { ConfigError, toConfigError } from '../config/config-error.ts';
import { redact } from '../observability/redact.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { diff } from './diff.ts';
import { grade } from './grade.ts';
import { key } from './keys/key.ts';
import { password } from './keys/password.ts';
import { routes } from './routes.ts';

const COMMANDS: Readonly<Record<string, Command>> = { check, routes, grade, diff, key, password };

export const help = (): string =>
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
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      prefix: { type: 'string' },
      scopes: { type: 'string' },
      expires: { type: 'string' },
      client: { type: 'string' },
      quiet: { type: 'boolean' },
      // Undoes --quiet, for scripts that have it.
      verbose: { type: 'boolean' },
    },
  });
  const [name = '', ...names] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined || values.help) {
    const isAsked = values.help === true || name === '';
    (isAsked ? process.stdout : process.stderr).write(
      isAsked ? help() : `linkway: unknown command ${name}\n${help()}`,
    );
    return isAsked ? 0 : 2;
  }
  try {
    const { json, lines, isGood } = await command.run(names, {
      prefix: prefixOf(values.prefix),
      isQuiet: values.quiet === true && values.verbose !== true,
      scopes: textOf('scopes', values.scopes),
      expires: textOf('expires', values.expires),
      client: textOf('client', values.client),
    });
    process.stdout.write(
      values.json
        ? `${JSON.stringify(json, undefined, 2)}\n`
        : lines.map((line) => `${printable(line)}\n`).join(''),
    );
    return isGood ? 0 : 1;
  } catch (error) {
    process.stderr.write(redact(`${toConfigError(error, name).message.replaceAll(/^/gm, 'linkway: ')}\n`));
    return 2;
  }
}

/** Escapes control characters, because documents may contain line breaks or escape sequences of terminals. */
const printable = (line: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern escapes them
  line.replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, (one) => JSON.stringify(one).slice(1, -1));

/** @throws ConfigError for an invalid prefix */
function prefixOf(prefix: unknown): string {
  if (prefix === undefined) return '';
  if (typeof prefix === 'string' && /^(?:\/[\w.~-]+)+$/.test(prefix)) return prefix;
  throw new ConfigError(`--prefix: expected a path such as /shop, got ${prefix}`);
}

/** @throws ConfigError for an option without its value */
function textOf(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new ConfigError(`--${name}: expected a value`);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
