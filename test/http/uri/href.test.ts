import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTemplate } from 'url-template';
import { href, matchPath, pathTemplate, withQuery } from '../../../src/http/uri/href.ts';

/** A value that an href cannot contain, because the path would lead to another resource. */
const DOTS = /(?:^|[/\\])\.\.?(?:[;/\\]|$)/;

describe('Hrefs', () => {
  const item = pathTemplate('/shops/{shopId}/items/{itemId}');

  it('Values that the path does not name become the query, in order', () => {
    expect(
      href(item, [
        ['q', 'a b'],
        ['itemId', 7],
        ['shopId', 'é/x'],
        ['tag', ['1', '2']],
      ]),
    ).toBe('/shops/%C3%A9%2Fx/items/7?q=a%20b&tag=1&tag=2');
  });

  it('Without a value for a path parameter there is no href', () => {
    expect(href(item, [['shopId', 's']])).toBeUndefined();
    expect(
      href(item, [
        ['shopId', 's'],
        ['itemId', ''],
      ]),
    ).toBeUndefined();
  });

  it('An href equals that of an RFC 6570 parser, and its values are read back', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => !DOTS.test(value));
    fc.assert(
      fc.property(text, text, (shopId, itemId) => {
        const made = href(item, Object.entries({ shopId, itemId }));
        expect(made).toBe(parseTemplate(item.template).expand({ shopId, itemId }));
        expect(matchPath(item, made ?? '')).toEqual({ shopId, itemId });
      }),
    );
  });

  it('A query equals that of an RFC 6570 parser, including lists and commas', () => {
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

  it('Longer, shorter and similar paths do not match', () => {
    for (const path of ['/shops/s/items', '/shops/s/items/i/x', '/shops/s/itemsXi', '/shop/s/items/i'])
      expect(matchPath(item, path)).toBeUndefined();
  });

  it('One parameter of a query is changed and the others stay unchanged', () => {
    expect(
      withQuery('/a?x=1&y=2', [
        ['x', undefined],
        ['expand', 'b,c.d'],
      ]),
    ).toBe('/a?y=2&expand=b,c.d');
    expect(withQuery('/a?x=1', [['x', undefined]])).toBe('/a');
  });

  it.each([
    ['/都市/{id}', '/%E9%83%BD%E5%B8%82/x'],
    ['/café/{id}', '/caf%C3%A9/x'],
    ['/a b/{id}', '/a%20b/x'],
    ['/a%20b/{id}', '/a%20b/x'],
    ['/100%/{id}', '/100%25/x'],
    ['/items[]/{id}|all', '/items%5B%5D/x%7Call'],
    ['/~me/{id}.json', '/~me/x.json'],
    ['/%7eme/{id}', '/~me/x'],
    ['/Caf%c3%a9/{id}:cancel', '/Caf%C3%A9/x:cancel'],
    ['/\uD800/{id}', '/%EF%BF%BD/x'],
  ])('The fixed text of %s is encoded as in a URI', (template, made) => {
    const path = pathTemplate(template);
    expect(href(path, [['id', 'x']])).toBe(made);
    expect(made).toMatch(/^(?:[\w.~!$&'()*+,;=:@/-]|%[\dA-F]{2})+$/);
    expect(matchPath(path, made)).toEqual({ id: 'x' });
    expect(matchPath(path, made.toLowerCase().replace('/c', template.includes('Caf') ? '/C' : '/c'))).toEqual(
      { id: 'x' },
    );
  });

  it('Fixed text is encoded as by an RFC 6570 parser', () => {
    const literal = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[{}?#%[\]]/g, ''));
    // `.` and `..` are no values that a path can carry.
    const value = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/^\.{1,2}$/.test(text));
    fc.assert(
      fc.property(literal, value, (text, id) => {
        const template = `/${text}/{id}`;
        const made = href(pathTemplate(template), [['id', id]]);
        expect(made).toBe(parseTemplate(template).expand({ id }));
        expect(matchPath(pathTemplate(template), made ?? '')).toEqual({ id });
      }),
    );
  });

  it('Several parameters of a segment are separated in limited time', () => {
    expect(matchPath(pathTemplate('/{a}.{b}'), '/x.y.z')).toEqual({ a: 'x', b: 'y.z' });
    expect(matchPath(pathTemplate('/{a}-{b}/c'), '/x/c')).toBeUndefined();
    const before = process.cpuUsage();
    const many = pathTemplate(`/${'{p}'.repeat(50)}/end`);
    expect(matchPath(many, `/${'a'.repeat(5000)}`)).toBeUndefined();
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(1_000_000);
  });
});
