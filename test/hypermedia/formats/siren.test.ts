import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { defaultLimits } from '../../../src/config/limits.ts';
import { affordances } from '../../../src/hypermedia/affordances/affordance.ts';
import { expandBody } from '../../../src/hypermedia/expand/expand.ts';
import { parseExpand } from '../../../src/hypermedia/expand/parse.ts';
import { planExpand } from '../../../src/hypermedia/expand/plan.ts';
import { siren } from '../../../src/hypermedia/formats/siren.ts';
import { createLog } from '../../../src/observability/log.ts';
import { createService } from '../../../src/service/app.ts';
import { authors, Book, books, burnBook, libraryGraph } from '../../support/graph.ts';
import { memoryKeys } from '../../support/keys.ts';

const SIREN = 'application/vnd.siren+json';

const book = (id: string) => ({ id, authorId: 'a', chapters: [{ id: 'one' }, { id: 'two' }] });
const sirenBook = (id: string, authorId: string) => ({
  properties: { id },
  links: [
    { rel: ['self'], href: `/books/${id}` },
    { rel: ['author'], href: `/authors/${authorId}` },
  ],
});
const sirenAuthor = (id: string) => ({
  properties: { id },
  links: [{ rel: ['self'], href: `/authors/${id}` }],
});

const app = createService({
  contract: books,
  handlers: {
    listBooks: async () => ({ status: 200, body: { items: [book('b'), book('c')], next: 'x' } }) as never,
    getBook: async ({ params }) =>
      ({ status: 200, body: book((params as { bookId: string }).bookId) }) as never,
    getChapter: async ({ params }) =>
      ({ status: 200, body: { id: (params as { chapterId: string }).chapterId } }) as never,
    burnBook: async () => ({ status: 200, body: book('ash') }) as never,
  },
  affordances: [
    affordances(Book, { rows: [{ rel: 'burn', operation: burnBook, when: ({ id }) => id !== 'ash' }] }),
  ],
  linked: [authors],
  getJson: async (_service, path) => ({ status: 200, body: sirenAuthor(path.slice('/authors/'.length)) }),
  keys: memoryKeys(),
  log: createLog({ level: 'silent' }),
});

const get = async (path: string) => {
  const { body, type, headers } = await request(app).get(path).accept(SIREN).expect(200);
  expect([type, headers.vary]).toEqual([SIREN, 'Accept, Prefer']);
  return body;
};

describe('Siren', () => {
  it('has the state, links that can be followed, and actions', async () => {
    const body = await get('/books/b');
    expect(body).toMatchObject({ class: ['Book'], properties: book('b') });
    expect(body.links).toContainEqual({ rel: ['self'], href: '/books/b' });
    expect(body.links).toContainEqual({ rel: ['chapters'], href: '/books/b/chapters/two' });
    expect(body.links.flatMap(({ rel }: { rel: string[] }) => rel)).not.toContain('burn');
    expect(body.actions).toEqual([
      { name: 'burn', title: 'Burn a book', method: 'POST', href: '/books/b/burn' },
    ]);
    expect(await get('/books/ash')).not.toHaveProperty('actions');
  });

  it('has the items of a page as entities', async () => {
    const { class: name, entities } = await get('/books');
    expect([name, entities.length]).toEqual([['BookPage'], 2]);
    expect(entities[0]).toMatchObject({ rel: ['item'], class: ['Book'], properties: { id: 'b' } });
  });

  it('embeds expanded parts as entities, and changes nothing else', async () => {
    const plain = await get('/books/b');
    const { entities, ...rest } = await get('/books/b?expand=chapters,author');
    expect(rest).toEqual(plain);
    expect(entities.map(({ rel, properties }: never) => [rel, properties])).toEqual([
      [['chapters'], { id: 'one' }],
      [['chapters'], { id: 'two' }],
      [['author'], { id: 'a' }],
    ]);
  });

  it('is expanded on every item of a page, and keeps `expand` in its links', async () => {
    const subject = libraryGraph().operation('books', 'listBooks');
    if (subject === undefined) throw new Error('listBooks');
    const page = {
      links: [
        { rel: ['self'], href: '/books' },
        { rel: ['next'], href: '/books?cursor=x' },
      ],
      entities: [
        { rel: ['item'], ...sirenBook('1', 'a') },
        { rel: ['item'], ...sirenBook('2', 'b') },
      ],
    };
    const { body } = await expandBody(
      page,
      planExpand(parseExpand(['author']), subject, () => false, defaultLimits.expand),
      {
        limits: defaultLimits.expand,
        deadline: new AbortController().signal,
        format: siren,
        expand: 'author',
        fetch: async (href) => ({ body: sirenAuthor(href.slice('/authors/'.length)) }),
      },
    );
    expect(body.entities).toMatchObject([
      { entities: [{ rel: ['author'], properties: { id: 'a' } }] },
      { entities: [{ rel: ['author'], properties: { id: 'b' } }] },
    ]);
    expect(body.links).toContainEqual({ rel: ['next'], href: '/books?cursor=x&expand=author' });
  });

  it('turns a templated link into a form with HTML constraints', () => {
    const inline = [{ prompt: 'Red', value: 'red' }];
    const properties = [
      { name: 'code', prompt: 'Code', required: true, regex: '^a+$', maxLength: 3 },
      { name: 'colour', prompt: 'Colour', required: false, options: { inline, maxItems: 1 } },
    ];
    const body = siren.write({
      name: 'Things',
      state: {},
      links: new Map([['search', { href: '/things{?limit,state}', templated: true }]]),
      actions: [
        { rel: 'make', target: '/things', operation: { title: 'Make', method: 'POST', properties } as never },
      ],
    });
    expect(body.links).toEqual([]);
    expect(body.actions).toEqual([
      {
        name: 'make',
        title: 'Make',
        method: 'POST',
        href: '/things',
        type: 'application/json',
        fields: [
          { name: 'code', title: 'Code', required: true, pattern: '^a+$', maxLength: 3 },
          {
            name: 'colour',
            title: 'Colour',
            required: false,
            type: 'radio',
            value: [{ title: 'Red', value: 'red' }],
          },
        ],
      },
      { name: 'search', method: 'GET', href: '/things', fields: [{ name: 'limit' }, { name: 'state' }] },
    ]);
  });

  it('consists of one file and one line: no other code refers to it', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const naming = files.filter((file) => /siren/i.test(readFileSync(`src/${file}`, 'utf8')));
    expect(naming.toSorted()).toEqual(['hypermedia/formats/index.ts', 'hypermedia/formats/siren.ts']);
  });
});
