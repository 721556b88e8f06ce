/** Reads the command line of `linkway`. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../config/config-error.ts';
import { nearestTo } from '../hypermedia/nearest.ts';

const OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  prefix: { type: 'string' },
  scopes: { type: 'string' },
  expires: { type: 'string' },
  client: { type: 'string' },
  quiet: { type: 'boolean' },
  verbose: { type: 'boolean' },
  config: { type: 'string' },
  host: { type: 'string' },
  mock: { type: 'boolean' },
  port: { type: 'string', short: 'p' },
  service: { type: 'string', multiple: true },
  upstream: { type: 'string', multiple: true },
} as const;

export interface Arguments {
  /** An option that has no value although it needs one is `true`. */
  readonly values: Readonly<Partial<Record<keyof typeof OPTIONS, unknown>>>;
  readonly positionals: readonly string[];
  /** The options as they are written, with their long names where they have one. */
  readonly written: readonly { readonly name: string; readonly text: string }[];
}

export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: OPTIONS,
  });
  return {
    values,
    positionals,
    written: tokens.flatMap((token) =>
      token.kind === 'option' ? { name: token.name, text: token.rawName } : [],
    ),
  };
}

/** @throws ConfigError for an option that the command does not have, with the nearest one */
export function checkOptions({ written, values }: Arguments, allowed: readonly string[]): void {
  const known = [...allowed, 'help'];
  const faults = written
    .filter(({ name }) => !known.includes(name))
    .map(({ name, text }) => {
      const nearest = name.length > 1 ? nearestTo(name, known) : undefined;
      return `unknown option ${text}${nearest === undefined ? '' : `; did you mean --${nearest}?`}`;
    });
  if (faults.length > 0) throw new ConfigError(faults);
  for (const name of known) {
    const { type } = OPTIONS[name as keyof typeof OPTIONS];
    const value = [values[name as keyof typeof OPTIONS]].flat();
    if (type === 'boolean' && value.some((one) => typeof one === 'string'))
      throw new ConfigError(`--${name}: takes no value`);
  }
}

/** @throws ConfigError for an option without its value */
export function textOf(name: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new ConfigError(`--${name}: expected a value`);
}

/** @throws ConfigError for an option without its value */
export const textsOf = (name: string, values: unknown): readonly string[] =>
  values === undefined ? [] : [values].flat().map((value) => textOf(name, value) as string);
