import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contractDocument } from '../../src/contract/document/document.ts';
import { formats } from '../../src/hypermedia/formats/index.ts';
import { grade } from '../../src/tools/grade.ts';
import { contract as jobCards } from '../../src/tools/scaffold/job-cards/contract.ts';
import { document } from '../support/gateway.ts';
import { libraryDocument } from '../support/library.ts';

const emptyOperation = {
  responses: { 200: { description: '', content: { 'application/json': { schema: { type: 'object' } } } } },
};

describe('linkway grade', () => {
  let folder: string;
  const levelOf = async (document: object) => {
    const file = join(folder, 'a.json');
    writeFileSync(file, JSON.stringify(document));
    const [graded] = (await grade.run([file])).json as [
      { level: number; operations: { operation: string; level: number; reason: string; remedy?: string }[] },
    ];
    return graded;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('grades a single endpoint as level 0', async () => {
    const { level, operations } = await levelOf(
      document({ '/rpc': { get: emptyOperation, post: emptyOperation } }),
    );
    expect([level, operations.map((one) => one.level)]).toEqual([0, [0, 0]]);
  });

  it('finds verbs in paths, with the remedy', async () => {
    const { level, operations } = await levelOf(
      document({ '/getUser': { get: emptyOperation }, '/users': { get: emptyOperation } }),
    );
    expect(level).toBe(1);
    expect(operations[0]).toMatchObject({
      level: 1,
      reason: expect.stringContaining('“get”'),
      remedy: expect.any(String),
    });
    expect(operations[1]).toMatchObject({ level: 2, remedy: expect.stringContaining('Link Objects') });
  });

  it('does not mistake the beginning of a word for a verb', async () => {
    const { level } = await levelOf(
      document({ '/settings': { get: emptyOperation }, '/address-list': { put: emptyOperation } }),
    );
    expect(level).toBe(2);
  });

  it('finds links in responses and in the document', async () => {
    expect((await levelOf(contractDocument(jobCards, formats))).level).toBe(3);
    const { operations } = await levelOf(libraryDocument());
    const books = operations.find(({ operation }) => operation === 'GET /books');
    expect(books).toMatchObject({ level: 3, reason: expect.stringContaining('author') });
  });
});
