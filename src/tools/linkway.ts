/**
 * The command line of linkway: `linkway COMMAND` in the package, `npm run linkway -- COMMAND` in a clone. It runs a gateway,
 * inspects documents and routes, and makes keys. Exits with 1 for faults and with 2 for wrong usage.
 */
import { readFileSync } from 'node:fs';
import { toConfigError } from '../config/config-error.ts';
import { redact } from '../observability/redact.ts';
import { readArguments } from './arguments.ts';

/** @returns the exit code; undefined while a gateway runs */
export async function main(args: readonly string[]): Promise<number | undefined> {
  const given = readArguments(args);
  const { values, positionals } = given;
  if (values.version === true && positionals.length === 0) {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const [name = ''] = positionals;
  try {
    // Only what the command needs is loaded.
    if (name === 'serve') return await (await import('./serve/serve.ts')).serve(given, process.env);
    return await (await import('./inspect.ts')).inspect(given);
  } catch (error) {
    process.stderr.write(redact(`${toConfigError(error, name).message.replaceAll(/^/gm, 'linkway: ')}\n`));
    return 2;
  }
}

const version = (): string =>
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
