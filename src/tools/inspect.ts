/** The commands of `linkway` that print a report and end. */
import { ConfigError } from '../config/config-error.ts';
import { nearestTo } from '../hypermedia/nearest.ts';
import type { Arguments } from './arguments.ts';
import { checkOptions, textOf } from './arguments.ts';
import { COMMANDS, help } from './commands.ts';

/**
 * @returns the exit code
 * @throws ConfigError for wrong usage, or a document that cannot be read
 */
export async function inspect(given: Arguments): Promise<number> {
  const { values, positionals } = given;
  const [name = '', ...names] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined || values.help) {
    const isAsked = values.help === true || name === '';
    if (isAsked) {
      process.stdout.write(help());
      return 0;
    }
    const nearest = nearestTo(name, ['serve', ...Object.keys(COMMANDS)]);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    process.stderr.write(`linkway: unknown command ${printable(name)}${hint}\n${help()}`);
    return 2;
  }
  checkOptions(given, ['json', ...command.options]);
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
