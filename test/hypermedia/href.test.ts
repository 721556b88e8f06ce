import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTemplate } from 'url-template';
import { href, matchPath, pathTemplate, withQuery } from '../../src/hypermedia/href.ts';

describe('hrefs', () => {
  const item = pathTemplate('/shops/{shopId}/items/{itemId}');

  it('puts what the path does not name into the query, in the order given', () => {
    expect(
      href(item, [
        ['q', 'a b'],
        ['itemId', 7],
        ['shopId', 'é/x'],
        ['tag', ['1', '2']],
      ]),
    ).toBe('/shops/%C3%A9%2Fx/items/7?q=a%20b&tag=1&tag=2');
  });

  it('is none where the path lacks a value', () => {
    expect(href(item, [['shopId', 's']])).toBeUndefined();
    expect(
      href(item, [
        ['shopId', 's'],
        ['itemId', ''],
      ]),
    ).toBeUndefined();
  });

  it('expands as an RFC 6570 parser does, and comes back whole', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (shopId, itemId) => {
        const made = href(item, Object.entries({ shopId, itemId }));
        expect(made).toBe(parseTemplate(item.template).expand({ shopId, itemId }));
        expect(matchPath(item, made ?? '')).toEqual({ shopId, itemId });
      }),
    );
  });

  it('spells a query as an RFC 6570 parser does, a list and a comma too', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, fc.array(fc.constantFrom('a', 'b.c'), { minLength: 1 }), (q, expand) => {
        const made = withQuery('/shops', Object.entries({ q, expand: expand.join() }));
        expect(made).toBe(parseTemplate('/shops{?q,expand}').expand({ q, expand }));
        expect(withQuery(made, [])).toBe(made);
      }),
      { examples: [[', +', ['a', 'b.c']]] },
    );
  });

  it('does not match what is longer, shorter or alike', () => {
    for (const path of ['/shops/s/items', '/shops/s/items/i/x', '/shops/s/itemsXi', '/shop/s/items/i'])
      expect(matchPath(item, path)).toBeUndefined();
  });

  it('changes one parameter of a query and keeps the others', () => {
    expect(
      withQuery('/a?x=1&y=2', [
        ['x', undefined],
        ['expand', 'b,c.d'],
      ]),
    ).toBe('/a?y=2&expand=b,c.d');
    expect(withQuery('/a?x=1', [['x', undefined]])).toBe('/a');
  });
});
