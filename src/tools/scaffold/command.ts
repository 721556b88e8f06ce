/** Runs a command that changes the project: its arguments, its output and its exit code. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../../config/config-error.ts';
import { nearestTo } from '../../hypermedia/nearest.ts';
import { words } from './words.ts';

interface ParsedArguments {
  readonly names: readonly string[];
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlySet<string>;
}

interface CommandSpec {
  readonly help: string;
  /** The number of positional arguments. */
  readonly names: number;
  readonly values?: readonly string[];
  readonly flags?: readonly string[];
  /** @returns the lines of the output. @throws ConfigError for invalid arguments */
  run(told: ParsedArguments): Promise<readonly string[]>;
}

const USAGE_ERROR = 2;

/** Exits with 0, with 1 for a ConfigError, and with 2 for wrong usage. */
export async function runCommand({ help, names, values = [], flags = [], run }: CommandSpec): Promise<void> {
  let parsed: ReturnType<typeof parseArguments>;
  try {
    parsed = parseArguments(values, flags);
  } catch (error) {
    process.stderr.write(`linkway: ${(error as Error).message}\n\n${help}`);
    process.exitCode = USAGE_ERROR;
    return;
  }
  if (parsed.flags.has('help')) {
    process.stdout.write(help);
    return;
  }
  if (parsed.names.length !== names) {
    process.stderr.write(`linkway: expected ${names === 1 ? 'one name' : `${names} names`}\n\n${help}`);
    process.exitCode = USAGE_ERROR;
    return;
  }
  try {
    process.stdout.write(`${(await run(parsed)).join('\n')}\n`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`linkway: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function parseArguments(named: readonly string[], flagged: readonly string[]): ParsedArguments {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...Object.fromEntries(named.map((name) => [name, { type: 'string' as const }])),
      ...Object.fromEntries(flagged.map((name) => [name, { type: 'boolean' as const }])),
      help: { type: 'boolean', short: 'h' },
    },
  });
  const all = Object.entries(values);
  return {
    names: positionals,
    values: Object.fromEntries(
      all.filter(([, value]) => typeof value === 'string'),
    ) as unknown as ParsedArguments['values'],
    flags: new Set(all.filter(([, value]) => value === true).map(([name]) => name)),
  };
}

const NAME = /^[a-z][a-z\d]*(?:-[a-z\d]+)*$/;
const MAX_NAME_LENGTH = 40;

/** @throws ConfigError unless the name is lower-case words with hyphens */
export function checkName(name: string): void {
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH)
    throw new ConfigError(
      `${name === '' ? "''" : name} is not a valid name: use lower-case words with hyphens between them, such as line-items`,
    );
}

/** Checks the value of `--resource`. @throws ConfigError when it is not a name in any notation */
export function checkResource(resource: string | undefined): void {
  if (resource !== undefined && !NAME.test(words.split(resource).join('-')))
    throw new ConfigError(
      `--resource '${resource}' is not a valid name of a resource; write it like LineItem`,
    );
}

/** @throws ConfigError with the nearest known name, when the name is unknown */
export function checkKnown(name: string, known: readonly string[], what: string): void {
  if (known.includes(name)) return;
  const like = nearestTo(name, known);
  throw new ConfigError(
    `there is no ${what} ${name}${like === undefined ? '' : `; did you mean ${like}?`}${known.length === 0 ? '' : ` (${known.join(', ')})`}`,
  );
}
