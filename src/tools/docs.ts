/**
 * Writes the reference pages under `docs/reference/` from the code: `npm run docs`. With `--check` it writes nothing
 * and ends with 1 when one of them is stale.
 */
import { exitOnConfigError } from '../config/exit-on-config-error.ts';
import { type GeneratedFile, writeStale } from './generated-files.ts';
import { commandLine } from './reference/command-line.ts';
import { configuration } from './reference/configuration.ts';
import { environmentVariables } from './reference/environment-variables.ts';
import { paths } from './reference/paths.ts';
import { problems } from './reference/problems.ts';
import { scripts } from './reference/scripts.ts';

/** Paths are from the root. */
export const referencePages = (): GeneratedFile[] => [
  { path: 'docs/reference/command-line.md', text: commandLine() },
  { path: 'docs/reference/configuration.md', text: configuration() },
  { path: 'docs/reference/environment-variables.md', text: environmentVariables() },
  { path: 'docs/reference/paths.md', text: paths() },
  { path: 'docs/reference/problems.md', text: problems() },
  { path: 'docs/reference/scripts.md', text: scripts() },
];

const main = async (isCheck: boolean): Promise<void> =>
  writeStale(
    referencePages(),
    isCheck ? 'the reference pages are older than the code; run npm run docs' : undefined,
  );

if (import.meta.main) await exitOnConfigError(() => main(process.argv.includes('--check')));
