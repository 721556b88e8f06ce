/** Headers as one array of name, value, name, value …, as Node has them. */

/** The headers of a raw array but those of these names, in lower case. */
export const without = (raw: readonly string[], names: ReadonlySet<string>): string[] =>
  raw.filter((_, i) => !names.has((raw[i - (i % 2)] as string).toLowerCase()));
