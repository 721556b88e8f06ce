import { expect, it } from '@jest/globals';
import { words } from '../../../src/tools/scaffold/words.ts';

it.each([
  ['LineItem', ['line', 'item']],
  ['line-items', ['line', 'items']],
  ['line item', ['line', 'item']],
])('%s has words', (name, parts) => expect(words.split(name)).toEqual(parts));

it.each([
  [
    ['line', 'items'],
    ['line', 'item'],
  ],
  [['companies'], ['company']],
  [['news'], ['news']],
])('%j are many of %j', (many, one) => {
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
])('what one can %s is %s then', (verb, done) => expect(words.past(verb.split('-')).join('-')).toBe(done));
