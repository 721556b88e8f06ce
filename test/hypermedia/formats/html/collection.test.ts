import { describe, expect, it } from '@jest/globals';
import { parseExact } from '../../../../src/codecs/exact-json.ts';
import { collection } from '../../../../src/hypermedia/formats/html/collection.ts';

const request = { url: '/books', operation: { title: 'Books' }, isFromGateway: false } as never;
const part = (id: string) => ({ id, name: `Name ${id}`, _links: { self: { href: `/authors/${id}` } } });
const item = (id: string, more: object = {}) => ({ id, _links: { self: { href: `/books/${id}` } }, ...more });
const shown = (items: readonly object[], more: object = {}) =>
  collection({ _embedded: { item: items }, ...more } as never, 'Books', request).text;

describe('A page of a collection', () => {
  it('links each row to its item and to its embedded parts', () => {
    const text = shown([
      item('a', { _embedded: { author: part('x') } }),
      item('b', { _embedded: { author: [part('y'), part('z')] } }),
      { id: 'c' },
    ]);
    expect(text).toContain('<th scope="row"><a href="/books/a">a</a></th>');
    expect(text).toContain('<th scope="row">c</th>');
    expect(text).toContain('<td data-label="Author"><a href="/authors/x">Name x</a></td>');
    expect(text).toContain('<a href="/authors/y">Name y</a>, <a href="/authors/z">Name z</a></td>');
    expect(text).toContain('<td data-label="Author"></td>');
  });

  it('shows the exact total if it is known, and a message if it is empty', () => {
    expect(shown([item('a')], { total: 7 })).toContain('<p class="total">7 in total</p>');
    const { total } = parseExact('{"total":12345678901234567890}') as { total: unknown };
    expect(shown([item('a')], { total })).toContain('<p class="total">12345678901234567890 in total</p>');
    expect(shown([item('a')], { total: 'seven' })).not.toContain('in all');
    expect(shown([])).toContain('<p class="empty">No items.</p>');
    expect(shown([])).not.toContain('<table');
  });
});
