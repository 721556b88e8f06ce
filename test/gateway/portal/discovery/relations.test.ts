/** The pages of link relations. */
import { expect, it } from '@jest/globals';
import request from 'supertest';
import { contractDocument } from '../../../../src/contract/document/document.ts';
import { formats } from '../../../../src/hypermedia/formats/index.ts';
import { contract as helpDesks } from '../../../../src/tools/scaffold/help-desks/contract.ts';
import { contract as jobCards } from '../../../../src/tools/scaffold/job-cards/contract.ts';
import { pagesApp } from '../../../support/pages-app.ts';

const services = [jobCards, helpDesks].map((contract) => ({
  name: contract.service,
  document: contractDocument(contract, formats),
}));
const app = pagesApp({ services });
const get = (path: string, accept = 'application/hal+json') => request(app).get(path).accept(accept);

it('/rels shows the source and target of every relation', async () => {
  const { body } = await get('/rels/create').expect(200);

  expect(body.uses).toEqual([
    expect.objectContaining({
      from: 'JobCardPage',
      service: 'job-cards',
      description: 'Create a job card.',
      method: 'POST',
      path: '/job-cards',
    }),
  ]);
  const entry = await get('/rels/jobCards').expect(200);
  expect(entry.body.uses).toEqual([
    expect.objectContaining({ from: 'the entry point', method: 'GET', path: '/job-cards' }),
  ]);
  const { text } = await get('/rels/close', 'text/html').expect(200);
  expect(text).toContain('<h2>From JobCard</h2>');
  expect(text).toContain('Close a job card: <code>POST /job-cards/{jobCardId}/close</code> of job-cards.');
});

it('/rels lists the relations, and every link works', async () => {
  const { body } = await get('/rels').expect(200);
  const names = body._links.item.map(({ title }: { title: string }) => title);

  expect(names).toEqual(names.toSorted());
  expect(names).toEqual(expect.arrayContaining(['close', 'create', 'helpDesk', 'jobCards', 'reopen']));
  for (const { href } of body._links.item) await get(href, 'text/html').expect(200);
  await get('/rels/nothing').expect(404);
});
