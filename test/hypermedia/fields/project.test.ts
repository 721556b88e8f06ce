import { describe, expect, it } from '@jest/globals';
import { planFields } from '../../../src/hypermedia/fields/plan.ts';
import { project } from '../../../src/hypermedia/fields/project.ts';
import type { Body, Format } from '../../../src/hypermedia/formats/format.ts';
import { hal } from '../../../src/hypermedia/formats/hal.ts';
import { siren } from '../../../src/hypermedia/formats/siren.ts';
import type { Representation } from '../../../src/hypermedia/representation.ts';
import { libraryGraph } from '../../support/graph.ts';

const graph = libraryGraph();

function planOf(fields: string, operationId: string) {
  const operation = graph.operation('books', operationId);
  const plan = operation && planFields([fields], operation);
  if (plan === undefined) throw new Error(fields);
  return plan;
}

const book = (id: string): Representation => ({
  name: 'Book',
  state: { id, authorId: 'a', chapters: [{ id: 'one', title: 'One' }] },
  links: new Map([
    ['self', { href: `/books/${id}` }],
    ['author', { href: '/authors/a' }],
  ]),
  actions: [],
});
const author = (format: Format): Body =>
  format.write({
    name: 'Author',
    state: { id: 'a', name: 'Ann' },
    links: new Map([['self', { href: '/authors/a' }]]),
    actions: [],
  });
const pageOf = (items: Representation[]): Representation => ({
  name: 'BookPage',
  state: { total: 9 },
  links: new Map([
    ['self', { href: '/books' }],
    ['next', { href: '/books?cursor=x' }],
  ]),
  actions: [],
  items,
});

describe.each([hal, siren])('A projection in $mediaType', (format) => {
  it('has the selected members and all links', () => {
    const body = format.write(book('1'));
    project(body, planOf('id,chapters.id', 'getBook'), format);
    const state = { ...format.state(body) };
    for (const name of ['_links']) delete state[name];
    expect(state).toEqual({ id: '1', chapters: [{ id: 'one' }] });
    expect(format.hrefs(body, 'author')).toEqual(['/authors/a']);
  });

  it('has the selection in its own link', () => {
    const body = format.write(pageOf([book('1'), book('2')]));
    for (const item of format.resources(body)) format.embed(item, 'author', [author(format)]);
    project(body, planOf('id,author.id', 'listBooks'), format);
    expect(format.state(body).total).toBe(9);
    expect(format.hrefs(body, 'self')).toEqual(['/books?fields=id,author.id']);
    expect(format.hrefs(body, 'next')).toEqual(['/books?cursor=x&fields=id,author.id']);
    const items = format.resources(body);
    expect(items.flatMap((item) => format.hrefs(item, 'self'))).toEqual([
      '/books/1?fields=id,author.id',
      '/books/2?fields=id,author.id',
    ]);
    for (const item of items) {
      const [part] = format.embedded(item, 'author');
      if (part === undefined) throw new Error('no author');
      expect(format.hrefs(part, 'self')).toEqual(['/authors/a?fields=id']);
      expect([format.state(part).id, format.state(part).name]).toEqual(['a', undefined]);
    }
  });

  it('keeps parts without a selection completely', () => {
    const body = format.write(book('1'));
    format.embed(body, 'author', [author(format)]);
    project(body, planOf('id', 'getBook'), format);
    const [part] = format.embedded(body, 'author');
    expect(part && format.state(part).name).toBe('Ann');
    expect(part && format.hrefs(part, 'self')).toEqual(['/authors/a']);
  });

  it('keeps an empty page', () => {
    const body = format.write(pageOf([]));
    project(body, planOf('id', 'listBooks'), format);
    expect(format.state(body).total).toBe(9);
  });
});
