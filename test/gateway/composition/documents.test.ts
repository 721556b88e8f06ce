/** Lifted services that are defined by their documents only. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import request from 'supertest';
import { parse } from 'yaml';
import { applyOverlay } from '../../../src/openapi/load/overlay.ts';
import { describeDocument } from '../../support/corpus.ts';
import { startGateway, type TestGatewayOptions } from '../../support/gateway.ts';
import { standIn } from '../../support/stand-in.ts';

const ID = 'efdbb9d1-02c2-4bc3-afb7-6788d8782b1e';

async function behindGateway(document: OpenAPIObject, options?: TestGatewayOptions) {
  const { url, services } = await startGateway({ service: document }, options);
  if (services.service) services.service.respond = standIn(document);
  return (path: string) => request(url).get(path);
}

describe('link-example.yaml', () => {
  const document = (): OpenAPIObject =>
    parse(readFileSync('test/support/documents/link-example.yaml', 'utf8'));

  it('A client can follow the links of link-example.yaml from a user to the merge of a pull request', async () => {
    const get = await behindGateway(document());
    const follow = async (body: { _links: Record<string, { href: string }> }, rel: string) =>
      (await get(body._links[rel]?.href ?? '').expect(200)).body;
    const { body: user } = await get('/2.0/users/ann').expect(200);
    const [repository] = await follow(user, 'userRepositories');
    const whole = await follow(repository, 'userRepository');
    // In the list, its self link is not known.
    const { self, ...links } = whole._links;
    expect({ ...whole, _links: links }).toEqual(repository);
    expect(self).toEqual(links.userRepository);
    const [pull] = await follow(whole, 'repositoryPullRequests');
    expect(pull._links.pullRequestMerge.href).toMatch(
      /^\/2\.0\/repositories\/[^/]+\/[^/]+\/pullrequests\/[^/]+\/merge$/,
    );
    // Nested resources are lifted as well.
    expect(pull.repository.owner._links).toEqual({ userRepositories: user._links.userRepositories });
  });

  it('link-example.yaml is expanded over three levels', async () => {
    const get = await behindGateway(document());
    const { body } = await get('/2.0/users/ann?expand=userRepositories.repositoryPullRequests').expect(200);
    const [repository] = body._embedded.userRepositories._embedded.item;
    const [pull] = repository._embedded.repositoryPullRequests._embedded.item;
    expect(pull).toMatchObject({ title: expect.any(String), _links: { pullRequestMerge: {} } });
  });

  it('The merge of link-example.yaml is a form, and resources are HTML pages', async () => {
    const get = await behindGateway(document());
    const path = '/2.0/repositories/ann/code/pullrequests/1';
    const { body } = await get(path).accept('application/prs.hal-forms+json').expect(200);
    expect(body._templates.pullRequestMerge).toMatchObject({ method: 'POST' });
    expect((await get(path).accept('text/html').expect(200)).text).toContain('<form');
  });
});

describeDocument('31-train-travel.json', (document) => {
  const file = 'openapi/overlays/train-travel.yaml';
  const overlaid = () => applyOverlay(document(), parse(readFileSync(file, 'utf8')), file);
  const options = { service: 'ownUrls: ["https://api.example.com"]' };

  it('Links come from an overlay, and links of the service get public URLs', async () => {
    const { document: changed, unmatched } = overlaid();
    expect(unmatched).toEqual([]);
    let dropped = 0;
    const get = await behindGateway(changed, { ...options, onDroppedLink: () => dropped++ });
    const { body: bookings } = await get('/bookings').expect(200);
    for (const booking of bookings.data) {
      const self = `/bookings/${booking.id}`;
      expect(booking._links).toMatchObject({
        self: { href: self },
        pay: { href: `${self}/payment` },
        cancel: { href: self },
      });
      expect((await get(self).expect(200)).body._links.pay.href).toMatch(/\/payment$/);
    }
    // The `self` of the example is /stations&page=2, a path without a route.
    const { body: stations } = await get('/stations').expect(200);
    expect(dropped).toBe(1);
    expect(stations.links).toEqual({
      next: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/stations\?page=3$/),
      prev: expect.stringMatching(/\/stations\?page=1$/),
    });
    expect(stations._links).toMatchObject({
      self: { href: '/stations' },
      next: { href: '/stations?page=3' },
    });
    const { body: trips } = await get(`/trips?origin=${ID}&destination=${ID}&date=2024-02-01T10:00:00Z`);
    expect(trips.data[0]._links).toEqual({ book: { href: '/bookings' } });
  });

  it('An expanded list has its own next link', async () => {
    const get = await behindGateway(overlaid().document, options);
    const { body } = await get('/bookings?expand=stations').expect(200);
    const { stations } = body.data[0]._embedded;
    expect(stations._embedded.item[0].name).toBe('Berlin Hauptbahnhof');
    expect(stations._links.next.href).toBe('/stations?page=3');
  });
});
