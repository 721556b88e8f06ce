/** The relation of job cards to help desks. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { service } from '../../../../src/tools/scaffold/job-cards/main.ts';
import { appTarget } from '../../../support/app-target.ts';
import { type TestService, testService } from '../../../support/service.ts';

/** A service in which every help desk exists. */
const helpDesks = express().use((req, res) => {
  const self = { href: req.originalUrl.split('?')[0] };
  res.type('application/hal+json').send(JSON.stringify({ id: 'hd-1', _links: { self } }));
});

describe('job cards of a help desk', () => {
  let running: TestService;
  beforeAll(async () => {
    running = await testService(service, [appTarget('help-desks', helpDesks)]);
  });
  afterAll(() => running.close());

  const get = (path: string) => request(running.app).get(path).accept('application/hal+json').expect(200);

  it('are filtered by it', async () => {
    const { body } = await get('/job-cards?helpDeskId=hd-1&limit=1');
    expect(body._embedded.item).toMatchObject([{ helpDeskId: 'hd-1' }]);
    const none = await get('/job-cards?helpDeskId=nobody');
    expect(none.body._embedded.item).toEqual([]);
  });

  it('embed it on request', async () => {
    const { body } = await get('/job-cards/jc-1001?expand=helpDesk');
    expect(body._embedded.helpDesk).toMatchObject({ id: 'hd-1' });
    const page = await get('/job-cards?expand=helpDesk&limit=2');
    const embedded = page.body._embedded.item.map(
      (one: { _embedded: { helpDesk: { id: string } } }) => one._embedded.helpDesk.id,
    );
    expect(embedded).toEqual(['hd-1', 'hd-1']);
  });
});
