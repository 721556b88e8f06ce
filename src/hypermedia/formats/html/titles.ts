/**
 * The titles of an action on the page of a resource, before and after: "Cancel an order" → "Cancel this order",
 * "Order cancelled".
 */

const TITLE = /^(\p{L}+) (?:an?|the) (.+)$/iu;

/** @param noun the kind of the page's resource, such as `Order`; without it the title does not change */
export function actionTitle(title: string, noun: string | undefined): string {
  const [, verb = '', object = ''] = TITLE.exec(title) ?? [];
  return noun !== undefined && object.toLowerCase() === noun.toLowerCase() ? `${verb} this ${object}` : title;
}

/** The message after success. */
export function doneTitle(title: string): string {
  const [, verb, object = ''] = TITLE.exec(title) ?? [];
  if (verb === undefined) return `Done: ${title}`;
  return `${object.charAt(0).toUpperCase()}${object.slice(1)} ${participle(verb.toLowerCase())}`;
}

/** Irregular participles of verbs in contracts. */
const IRREGULAR: Readonly<Record<string, string>> = {
  begin: 'begun',
  bring: 'brought',
  build: 'built',
  buy: 'bought',
  choose: 'chosen',
  do: 'done',
  find: 'found',
  get: 'fetched',
  give: 'given',
  hold: 'held',
  keep: 'kept',
  leave: 'left',
  make: 'made',
  pay: 'paid',
  put: 'put',
  read: 'read',
  redo: 'redone',
  run: 'run',
  sell: 'sold',
  send: 'sent',
  resend: 'resent',
  set: 'set',
  reset: 'reset',
  show: 'shown',
  split: 'split',
  take: 'taken',
  undo: 'undone',
  withdraw: 'withdrawn',
  write: 'written',
};

/** Longer verbs that double their last letter because their last syllable is stressed. */
const DOUBLED = /(?:el|mit|fer|cur|trol|rol|pel)$/;
/** Verbs of one syllable that end in one vowel and one consonant. */
const SHORT = /^[^aeiou]*[aeiou][^aeiouwxy]$/;

function participle(verb: string): string {
  const irregular = IRREGULAR[verb];
  if (irregular !== undefined) return irregular;
  if (verb.endsWith('e')) return `${verb}d`;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ied`;
  if (SHORT.test(verb) || (DOUBLED.test(verb) && !/(?:vel|offer|suffer|differ)$/.test(verb)))
    return `${verb}${verb.at(-1)}ed`;
  return `${verb}ed`;
}
