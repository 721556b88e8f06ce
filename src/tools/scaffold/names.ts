/** The names of a service and its resource in every notation of the code. */
import { words } from './words.ts';

export interface Names {
  /** The name of the service: `line-items`. */
  readonly service: string;
  readonly one: NameForms;
  readonly many: NameForms;
  /** The prefix of its ids: `li`. */
  readonly prefix: string;
}

/** One name in every notation. */
interface NameForms {
  /** `LineItem` */
  readonly pascal: string;
  /** `lineItem` */
  readonly camel: string;
  /** `line-item` */
  readonly kebab: string;
  /** `line_item` */
  readonly snake: string;
  /** `line item` */
  readonly text: string;
}

/** @param resource the singular in any notation; by default derived from the name of the service */
export function namesOf(service: string, resource?: string): Names {
  const one = resource === undefined ? words.singular(service.split('-')) : words.split(resource);
  const many = resource === undefined ? service.split('-') : words.plural(one);
  return { service, one: nameForms(one), many: nameForms(many), prefix: one.map((word) => word[0]).join('') };
}

const capitalize = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

function nameForms(parts: readonly string[]): NameForms {
  const pascal = parts.map(capitalize).join('');
  return {
    pascal,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    kebab: parts.join('-'),
    snake: parts.join('_'),
    text: parts.join(' '),
  };
}

/** Words that begin with a vowel sound: an hour and an umbrella, but a euro, a unit and a one-way ticket. */
const VOWEL = /^(?:[ai]|e(?!u)|o(?!ne(?![a-z])|nce)|u(?!ni|s)|hour|heir|hono|hones)/i;

export const withArticle = (text: string): string => `${VOWEL.test(text) ? 'an' : 'a'} ${text}`;

/** Pairs of the two names in each notation. */
export function renamings(from: Names, to: Names): [string, string][] {
  const article = ({ text }: NameForms) => withArticle(text);
  const ways: ((name: NameForms) => string)[] = [
    ({ pascal }) => pascal,
    ({ camel }) => camel,
    ({ kebab }) => kebab,
    ({ snake }) => snake,
    ({ snake }) => snake.toUpperCase(),
    ({ text }) => text,
    ({ text }) => capitalize(text),
  ];
  return [
    [`service: '${from.service}'`, `service: '${to.service}'`],
    [`# ${from.service}\n`, `# ${to.service}\n`],
    ...(['many', 'one'] as const).flatMap((number) =>
      ways.map((way): [string, string] => [way(from[number]), way(to[number])]),
    ),
    [article(from.one), article(to.one)],
    [capitalize(article(from.one)), capitalize(article(to.one))],
    [`newId('${from.prefix}')`, `newId('${to.prefix}')`],
    [`'${from.prefix}-`, `'${to.prefix}-`],
    [`\`${from.prefix}-`, `\`${to.prefix}-`],
    [`/${from.prefix}-`, `/${to.prefix}-`],
    [`=${from.prefix}-`, `=${to.prefix}-`],
    [`,${from.prefix}-`, `,${to.prefix}-`],
  ];
}

/** Replaces all names in one pass, so that nothing is renamed twice. The longest match wins. */
export function renameAll(text: string, pairs: readonly (readonly [string, string])[]): string {
  const to = new Map(pairs);
  const longest = [...to.keys()].toSorted((a, b) => b.length - a.length);
  const any = new RegExp(longest.map((one) => RegExp.escape(one)).join('|'), 'g');
  return text.replace(any, (found) => to.get(found) ?? found);
}
