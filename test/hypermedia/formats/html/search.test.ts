import { describe, expect, it } from '@jest/globals';
import { search } from '../../../../src/hypermedia/formats/html/search.ts';

const body = (href: string) => ({ _links: { search: { href, templated: true } } });
const filters = [{ name: 'state', prompt: 'State of it', required: true, value: 'OLD' }];
const of = (href: string, url = '/orders', own: typeof filters | undefined = filters) => {
  const result = search(body(href), {
    url,
    operation: { title: 'Orders', filters: own },
    isFromGateway: false,
  } as never);
  return result === false ? false : result.text;
};

describe('The search form', () => {
  it('has every variable of the template except expand, as described in the document or by its name', () => {
    const text = of('/orders{?state,sortBy,expand}') as string;
    expect(text).toContain('<form action="/orders" method="get"');
    expect([...text.matchAll(/ name="(\w+)"/g)].map(([, name]) => name)).toEqual(['state', 'sortBy']);
    expect(text).toContain('State of it');
    expect(text).toContain('Sort by');
    expect(text).not.toMatch(/required|OLD/);
    expect(of('/orders{?state}', '/orders', undefined)).toContain('name="state"');
  });

  it('keeps the current filters and the current expansion', () => {
    const text = of('/orders{?state,expand}', '/orders?state=NEW&expand=a%22b') as string;
    expect(text).toContain('value="NEW"');
    expect(text).toContain('<input type="hidden" name="expand" value="a&quot;b">');
    expect(of('/orders{?state}', '/orders?state=NEW')).not.toContain('type="hidden"');
  });

  it.each([
    ['/orders', false],
    ['/orders?expand=a', false],
    ['/orders?cursor=x', false],
    ['/orders?expand=a&cursor=x', false],
    ['/orders?state=NEW', true],
    ['/orders?expand=a&limit=5', true],
  ])('at %s has the open state %s', (url, isOpen) => {
    expect(/<details class="search"( open)?>/.exec(of('/orders{?state,limit}', url) as string)?.[1]).toBe(
      isOpen ? ' open' : undefined,
    );
  });

  it.each(['/orders', '/orders/{id}', '/orders/{id}{?state}', '/orders{?state}{&more}'])(
    'is none where the template is more than a query: %s',
    (href) => {
      expect(of(href)).toBe(false);
    },
  );

  it('does not exist without a search link', () => {
    expect(
      search({ _links: {} }, { url: '/', operation: { title: '' }, isFromGateway: false } as never),
    ).toBe(false);
  });
});
