/** Texts that parse, or nearly, and are made to keep whoever reads them busy, or to end the process. */

const letters = [...'abcdefghi'];

/** Nine times nine times … of one alias. */
const laughs = [
  `a: &a [${Array(9).fill('lol').join(', ')}]`,
  ...letters
    .slice(1)
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${letters[index]}`).join(', ')}]`),
].join('\n');

/** What no document, overlay or configuration may be, by what it is. */
export const hostileTexts: Readonly<Record<string, string>> = {
  'aliases of aliases': laughs,
  'an alias to what it is in': 'x: &x { y: *x }',
  'a list in itself': 'x: &x [ *x, *x ]',
  'a hundred thousand nested lists in JSON': `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  'a hundred thousand nested objects in JSON': `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
  'a hundred thousand nested lists in YAML': `a: ${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  'lists that are never closed': `a: ${'['.repeat(100_000)}`,
  'blocks within blocks': Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  'lists on one line': `a:\n  ${'- '.repeat(20_000)}b`,
  'keys that are keys': `${'? '.repeat(20_000)}a`,
  'one key twice among many': `${Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')}\nk1: 2`,
  'an alias to nothing': 'x: *y',
  'a text that ends too soon': '{"openapi": "3.1.0",',
};
