/** Rejects names that no function or variable can have. */
import { ConfigError } from '../../config/config-error.ts';

/** Reserved words of ECMAScript modules (ECMA-262 §12.7.2). */
const RESERVED_WORDS: ReadonlySet<string> = new Set([
  'await',
  'break',
  'case',
  'catch',
  'continue',
  'debugger',
  'delete',
  'do',
  'else',
  'enum',
  'export',
  'extends',
  'false',
  'finally',
  'for',
  'function',
  'if',
  'implements',
  'import',
  'in',
  'instanceof',
  'interface',
  'let',
  'new',
  'null',
  'package',
  'private',
  'protected',
  'public',
  'return',
  'static',
  'super',
  'switch',
  'this',
  'throw',
  'true',
  'try',
  'typeof',
  'var',
  'void',
  'while',
  'with',
  'yield',
  'class',
  'const',
  'default',
]);

/** The remedy for an unsuitable name of a resource. */
export const OTHER_NAME_HINT = 'another singular may help: --resource NAME';

/** @throws ConfigError with the remedy */
export function rejectReservedWord(name: string, remedy: string): void {
  if (RESERVED_WORDS.has(name)) throw new ConfigError(`${name} is a reserved word of JavaScript; ${remedy}`);
}
