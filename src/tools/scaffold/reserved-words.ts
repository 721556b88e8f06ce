/** Names that no function or variable can have. */
import { ConfigError } from '../../config/config-error.ts';

/** Of ECMAScript modules (ECMA-262 §12.7.2), as far as they are nouns or verbs, or could be taken for them. */
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

/** Of resources. */
export const OTHER_NAME_HINT = 'another singular may help: --resource NAME';

/** @throws ConfigError that says what to do instead */
export function rejectReservedWord(name: string, remedy: string): void {
  if (RESERVED_WORDS.has(name)) throw new ConfigError(`${name} is a reserved word of JavaScript; ${remedy}`);
}
