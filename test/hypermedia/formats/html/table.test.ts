import { describe, expect, it } from '@jest/globals';
import { parseExact } from '../../../../src/codecs/exact-json.ts';
import { columnsOf, linked, table } from '../../../../src/hypermedia/formats/html/table.ts';

const heads = (rows: readonly Record<string, unknown>[]) =>
  columnsOf(rows).map(({ head, isNumber }) => (isNumber ? `${head} #` : head));

describe('The columns of a table', () => {
  it('are the short members of all rows, names first, with numbers marked', () => {
    const rows = [
      { id: 'a', count: 1, price: { amount: 5, currency: 'EUR' }, name: 'A', tags: ['x'], deep: { a: 1 } },
      { id: 'b', count: 2, price: { amount: 6, currency: 'EUR' }, name: 'B', more: true, all: [{ a: 1 }] },
    ];
    expect(heads(rows)).toEqual(
      ['Name', 'Id', 'Count', 'Price', 'Tags', 'More'].map((head) =>
        head === 'Count' || head === 'Price' ? `${head} #` : head,
      ),
    );
  });

  it('are numeric only if all rows have a number, which may exceed a double', () => {
    expect(heads([{ id: 1 }, { id: 'b' }])).toEqual(['Id']);
    expect(heads([parseExact('{"size":12345678901234567890}') as never])).toEqual(['Size #']);
  });

  it('have no id of a part that every row embeds, and the id if a row lacks the part', () => {
    const row = (id: string, parts?: object) => ({ id, authorId: 'x', ...(parts && { _embedded: parts }) });
    const author = { author: { id: 'x' } };
    expect(heads([row('a', author), row('b', author)])).toEqual(['Id']);
    expect(heads([row('a', author), row('b', {})])).toEqual(['Id', 'Author id']);
    expect(heads([row('a'), row('b')])).toEqual(['Id', 'Author id']);
  });
});

it('A value is a link if it is the id of a link target', () => {
  const body = { authorId: 'ann', other: 'x', Id: 'y', _links: { author: { href: '/authors/ann' } } };
  expect(linked(body, 'authorId').text).toBe('<a href="/authors/ann">ann</a>');
  expect(linked(body, 'other').text).toBe('x');
  expect(linked(body, 'Id').text).toBe('y');
  expect(linked({ ...body, _links: {} }, 'authorId').text).toBe('ann');
});

it('A table has one header for each row, and its numbers have their own class', () => {
  const { text } = table('t', 'Things <1>', [
    { id: 'a', n: 1 },
    { id: 'b', n: 2 },
  ]);
  expect(text).toContain('aria-labelledby="t"');
  expect(text).toContain('<caption id="t">Things &lt;1&gt;</caption>');
  expect(text).toContain(
    '<thead><tr><th scope="col">Id</th><th scope="col" class="number">N</th></tr></thead>',
  );
  expect(text).toContain(
    '<tr><th scope="row">a</th><td data-label="N" class="number">1</td></tr><tr><th scope="row">b</th><td data-label="N" class="number">2</td></tr>',
  );
  expect(table('t', 'T', [{ id: 'a', word: 'w' }]).text).toContain('<td data-label="Word">w</td>');
});
