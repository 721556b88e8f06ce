/** The words of a name, one or many of what they say. */
import pluralize from 'pluralize';

type Words = readonly string[];

const withLast = (parts: Words, change: (word: string) => string): string[] =>
  parts.map((word, index) => (index === parts.length - 1 ? change(word) : word));

/** What is done to things often enough, and has no rule. */
const IRREGULAR: Readonly<Record<string, string>> = {
  ...{
    begin: 'begun',
    break: 'broken',
    build: 'built',
    buy: 'bought',
    cancel: 'cancelled',
    choose: 'chosen',
  },
  ...{
    find: 'found',
    freeze: 'frozen',
    get: 'got',
    give: 'given',
    hold: 'held',
    keep: 'kept',
    leave: 'left',
  },
  lend: 'lent',
  lose: 'lost',
  make: 'made',
  pay: 'paid',
  put: 'put',
  redo: 'redone',
  reset: 'reset',
  sell: 'sold',
  send: 'sent',
  set: 'set',
  split: 'split',
  submit: 'submitted',
  take: 'taken',
  transfer: 'transferred',
  undo: 'undone',
  withdraw: 'withdrawn',
  write: 'written',
};

function pastOf(verb: string): string {
  const known = IRREGULAR[verb];
  if (known !== undefined) return known;
  if (verb.endsWith('e')) return `${verb}d`;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ied`;
  // Ship, stop, plan: one syllable that ends short.
  if (/^[^aeiou]*[aeiou][^aeiouwxy]$/.test(verb)) return `${verb}${verb.at(-1)}ed`;
  return `${verb}ed`;
}

export const words = {
  /** `LineItem`, `line-item` and `line item` are the same. */
  split: (name: string): string[] =>
    name
      .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .split(/[-_ ]+/),
  singular: (parts: Words): string[] => withLast(parts, pluralize.singular),
  /** Of a verb and what stands behind it: `write-off` was written off. */
  past: ([verb = '', ...rest]: Words): string[] => [pastOf(verb), ...rest],
  plural: (parts: Words): string[] => withLast(parts, pluralize.plural),
};
