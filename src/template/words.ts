/** The words of a name, one or many of what they say. */
import pluralize from 'pluralize';

type Words = readonly string[];

const withLast = (parts: Words, change: (word: string) => string): string[] =>
  parts.map((word, index) => (index === parts.length - 1 ? change(word) : word));

export const words = {
  /** `LineItem`, `line-item` and `line item` are the same. */
  split: (name: string): string[] =>
    name
      .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .split(/[-_ ]+/),
  singular: (parts: Words): string[] => withLast(parts, pluralize.singular),
  plural: (parts: Words): string[] => withLast(parts, pluralize.plural),
};
