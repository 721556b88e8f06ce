import { expect, it } from '@jest/globals';
import { words } from '../../../src/tools/scaffold/words.ts';

it.each([
  ['LineItem', ['line', 'item']],
  ['line-items', ['line', 'items']],
  ['line item', ['line', 'item']],
])('%s is split into words', (name, parts) => expect(words.split(name)).toEqual(parts));

it.each([
  [
    ['line', 'items'],
    ['line', 'item'],
  ],
  [['companies'], ['company']],
  [['news'], ['news']],
])('%j is the plural of %j', (many, one) => {
  expect(words.singular(many)).toEqual(one);
  expect(words.plural(one)).toEqual(many);
});

it.each([
  ['settle', 'settled'],
  ['ship', 'shipped'],
  ['void', 'voided'],
  ['pay', 'paid'],
  ['carry', 'carried'],
  ['write-off', 'written-off'],
  ['cancel', 'cancelled'],
])('The past participle of %s is %s', (verb, done) =>
  expect(words.past(verb.split('-')).join('-')).toBe(done),
);
