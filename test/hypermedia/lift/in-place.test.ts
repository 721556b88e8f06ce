import { describe, expect, it } from '@jest/globals';
import { mergeIntoOriginal } from '../../../src/hypermedia/lift/in-place.ts';

const self = (href: string) => ({ self: { href } });
const text = (...given: Parameters<typeof mergeIntoOriginal>) => JSON.stringify(mergeIntoOriginal(...given));

describe('A lifted body as plain JSON', () => {
  it('has its members in their original order, then the added ones', () => {
    const hal = { b: 1, _embedded: { x: {} }, a: { c: 2 }, _links: self('/1') };
    expect(text({ a: { c: 2 }, b: 1 }, hal, {})).toBe(
      '{"a":{"c":2},"b":1,"_links":{"self":{"href":"/1"}},"_embedded":{"x":{}}}',
    );
  });

  it('has no links without generated ones, and keeps its own', () => {
    expect(text({ a: 1 }, { a: 1, _links: {} }, {})).toBe('{"a":1}');
    expect(text({ _links: null, a: 1 }, { a: 1, _links: self('/1') }, {})).toBe('{"_links":null,"a":1}');
    const own = { up: '/up', all: ['/a', '/b'], one: { href: '/one', title: 'One' }, odd: 5 };
    const result = { up: { href: '/here/up' }, one: { href: '/here/one', title: 'One' }, ...self('/1') };
    expect(mergeIntoOriginal({ _links: own }, { _links: { ...result, all: [{ href: '/a' }] } }, {})).toEqual({
      _links: { ...own, up: '/here/up', one: result.one, ...self('/1') },
    });
  });

  it('keeps members that have another meaning', () => {
    const odd = { _embedded: [1], _templates: 'x', gone: 1 };
    expect(text(odd, { _links: {} }, {})).toBe('{"_embedded":[1],"_templates":"x"}');
  });

  it('stays an array whose items have their own links and errors', () => {
    const error = { path: 'author', href: '/authors/1', problem: {} };
    const item = [
      { id: 1, _links: { author: { href: '/authors/1' } } },
      { value: 'text', _links: {} },
      { id: 2, _links: { author: { href: '/authors/2' } } },
    ];
    const hal = { _embedded: { item }, _expandErrors: [error], _links: self('/list') };
    expect(mergeIntoOriginal([{ id: 1 }, 'text', { id: 2 }], hal, { itemsAt: [] })).toEqual([
      { ...item[0], _expandErrors: [error] },
      'text',
      item[2],
    ]);
  });

  it('keeps a wrapped list in place, with the links of the page beside it', () => {
    const hal = {
      total: 1,
      _embedded: { item: [{ id: 1, _links: self('/1') }], up: { id: 'u' } },
      _links: self('/'),
    };
    expect(text({ data: [{ id: 1 }], total: 1 }, hal, { itemsAt: ['data'] })).toBe(
      '{"data":[{"id":1,"_links":{"self":{"href":"/1"}}}],"total":1,"_links":{"self":{"href":"/"}},"_embedded":{"up":{"id":"u"}}}',
    );
    const alone = { _embedded: { item: [] }, _links: {} };
    expect(text({ data: [] }, alone, { itemsAt: ['data'] })).toBe('{"data":[]}');
    expect(text({ data: 'none' }, { data: 'none', _links: {} }, { itemsAt: ['data'] })).toBe(
      '{"data":"none"}',
    );
  });

  it('reports a missing nested part at the item that it belongs to', () => {
    const part = (href: string) => ({ _links: { agent: { href } } });
    const item = ['/agents/1', '/agents/2'].map((href) => ({
      _links: {},
      _embedded: { author: part(href) },
    }));
    const page = { _links: {}, _embedded: { books: { _embedded: { item: [part('/agents/2')] } } } };
    const errors = ['author.agent', 'books.agent'].map((path) => ({ path, href: '/agents/2', problem: {} }));
    const hal = { _embedded: { item: [...item, page] }, _expandErrors: errors, _links: {} };
    const result = mergeIntoOriginal([{}, {}, {}], hal, { itemsAt: [] }) as { _expandErrors?: unknown }[];
    expect(result.map(({ _expandErrors }) => _expandErrors)).toEqual([undefined, [errors[0]], [errors[1]]]);
  });
});
