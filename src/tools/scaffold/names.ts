/** What a service and its resource are called, in every way that code writes a name. */
import { words } from './words.ts';

export interface Names {
  /** Of the service: `line-items`. */
  readonly service: string;
  readonly one: NameForms;
  readonly many: NameForms;
  /** What its ids begin with: `li`. */
  readonly prefix: string;
}

/** One name in every way of writing it. */
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

/** @param resource in the singular, however it is written; without it, what the name of the service says */
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

/** By sound: an hour and an umbrella, a euro, a unit and a one-way ticket. */
const VOWEL = /^(?:[ai]|e(?!u)|o(?!ne(?![a-z])|nce)|u(?!ni|s)|hour|heir|hono|hones)/i;

export const withArticle = (text: string): string => `${VOWEL.test(text) ? 'an' : 'a'} ${text}`;

/** Each way of writing the one, and how the other is written that way. */
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

/** All at once, so that nothing is renamed twice; where two fit, the longer one. */
export function renameAll(text: string, pairs: readonly (readonly [string, string])[]): string {
  const to = new Map(pairs);
  const longest = [...to.keys()].toSorted((a, b) => b.length - a.length);
  const any = new RegExp(longest.map((one) => RegExp.escape(one)).join('|'), 'g');
  return text.replace(any, (found) => to.get(found) ?? found);
}
