/** The commands of `linkway`, their options and its help. */
import { check } from './check.ts';
import type { Command } from './command.ts';
import { diff } from './diff.ts';
import { grade } from './grade.ts';
import { key } from './keys/key.ts';
import { password } from './keys/password.ts';
import { routes } from './routes.ts';
import { SERVE_ABOUT, SERVE_USAGE } from './serve/help.ts';

const ENTRY_OPTIONS = ['scopes', 'expires', 'client'];

export interface KnownCommand extends Command {
  /** The names of its options beside `--json` and `--help`. */
  readonly options: readonly string[];
}

export const COMMANDS: Readonly<Record<string, KnownCommand>> = {
  check: { ...check, options: ['prefix'] },
  routes: { ...routes, options: [] },
  grade: { ...grade, options: [] },
  // --verbose undoes --quiet, for scripts that have it.
  diff: { ...diff, options: ['quiet', 'verbose'] },
  key: { ...key, options: ENTRY_OPTIONS },
  password: { ...password, options: ENTRY_OPTIONS },
};

export const help = (): string => {
  const rows = [{ usage: SERVE_USAGE, about: SERVE_ABOUT }, ...Object.values(COMMANDS)];
  const width = Math.max(...rows.map(({ usage }) => usage.length));
  return [
    'linkway COMMAND [--json]',
    '',
    ...rows.map(({ usage, about }) => `  ${usage.padEnd(width)}   ${about}`),
    '',
    '  --help and --version work without a command; linkway serve --help shows the options of serve',
    '',
  ].join('\n');
};
