/** A service whose resource has two relations to the same resource, for tests of `expand` and `fields`. */
import { defineContract } from '../../src/contract/contract.ts';
import { contractDocument } from '../../src/contract/document/document.ts';
import { operation } from '../../src/contract/operation.ts';
import { resource } from '../../src/contract/resource.ts';
import { z } from '../../src/contract/schema.ts';
import { formats } from '../../src/hypermedia/formats/index.ts';

const id = z.string();
const Person = resource('Person', z.object({ id, name: z.string() }));
const Note = resource('Note', z.object({ id, writerId: id, readerId: id }));
const toPerson = (member: string) => ({
  operationId: 'getPerson',
  parameters: { personId: `$response.body#/${member}` },
});

export const notes = defineContract({
  service: 'notes',
  title: 'Notes',
  description: 'What one person writes to another.',
  version: '1.0.0',
  operations: [
    operation({
      operationId: 'getNote',
      method: 'get',
      path: '/notes/{noteId}',
      summary: 'Get a note',
      params: z.object({ noteId: id }),
      responses: {
        200: {
          description: 'The note.',
          body: Note,
          links: {
            self: { operationId: 'getNote', parameters: { noteId: '$response.body#/id' } },
            writer: toPerson('writerId'),
            reader: toPerson('readerId'),
          },
        },
      },
    }),
    operation({
      operationId: 'getPerson',
      method: 'get',
      path: '/people/{personId}',
      summary: 'Get a person',
      params: z.object({ personId: id }),
      responses: { 200: { description: 'The person.', body: Person, links: { self: toPerson('id') } } },
    }),
  ],
});

/** The same resources as documents of two services: a service embeds its own resources. */
export const notesApart = () => ({
  notes: contractDocument({ ...notes, operations: notes.operations.slice(0, 1) }, formats),
  people: contractDocument({ ...notes, service: 'people', operations: notes.operations.slice(1) }, formats),
});

export const NOTE = { id: 'n1', writerId: 'ada', readerId: 'ada' };
export const PERSON = { id: 'ada', name: 'Ada' };

/** Each place has its requested fields, even if two places have the same part. */
export const CUT_QUERIES: readonly [query: string, writer: object, reader: object][] = [
  ['fields=id,writer.name,reader.id', { name: 'Ada' }, { id: 'ada' }],
  ['expand=reader&fields=id,writer.name,reader', { name: 'Ada' }, PERSON],
  ['fields=writer,reader.name', PERSON, { name: 'Ada' }],
  ['expand=writer,reader', PERSON, PERSON],
];
