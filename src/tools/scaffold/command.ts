/** A command that changes the project: what it is asked, what it says, and how it ends. */
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
  /** How many names it takes. */
  readonly names: number;
  readonly values?: readonly string[];
  readonly flags?: readonly string[];
  /** @returns what is said of what was done, a line each. @throws ConfigError for what is wrong */
  run(told: ParsedArguments): Promise<readonly string[]>;
}

const USAGE_ERROR = 2;

/** Ends with 0, with 1 where something does not fit, and with 2 where it is asked wrongly. */
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

/** @throws ConfigError when it is no lower-case name with hyphens */
export function checkName(name: string): void {
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH)
    throw new ConfigError(
      `${name === '' ? "''" : name} is not a valid name: use lower-case words with hyphens between them, such as line-items`,
    );
}

/** What `--resource` was told. @throws ConfigError when it is no name, in whatever way of writing one */
export function checkResource(resource: string | undefined): void {
  if (resource !== undefined && !NAME.test(words.split(resource).join('-')))
    throw new ConfigError(
      `--resource '${resource}' is not a valid name of a resource; write it like LineItem`,
    );
}

/** @throws ConfigError with what is nearest to it, when it is none of them */
export function checkKnown(name: string, known: readonly string[], what: string): void {
  if (known.includes(name)) return;
  const like = nearestTo(name, known);
  throw new ConfigError(
    `there is no ${what} ${name}${like === undefined ? '' : `; did you mean ${like}?`}${known.length === 0 ? '' : ` (${known.join(', ')})`}`,
  );
}
