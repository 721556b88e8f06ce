/** Every link, header, page and catalog entry that can be reached from `/` is followed, and has a target. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import LinkHeader from 'http-link-header';
import { crawl, type Visit } from '../support/crawl.ts';
import { describeSamples } from '../support/samples.ts';
import { type System, startSystem } from '../support/system.ts';

const FORMATS = ['application/prs.hal-forms+json, */*;q=0.1', 'text/html, */*;q=0.1'];

describeSamples('Discovery from `/`', () => {
  let system: System;
  const found = new Map<string, Map<string, Visit>>();
  beforeAll(async () => {
    system = await startSystem();
    for (const accept of FORMATS) found.set(accept, await crawl(system.url, accept));
  }, 120_000);
  afterAll(() => system.close());

  it.each(FORMATS)('finds a target for every link in %s', (accept) => {
    const missing = [...(found.get(accept)?.values() ?? [])].filter(({ status }) => status !== 200);
    expect(missing.map(({ from, href, status }) => `${from} → ${href}: ${status}`)).toEqual([]);
  });

  it('reaches every resource, relation and document, and the API catalog', () => {
    const reached = [...(found.get(FORMATS[0] as string)?.keys() ?? [])];
    expect(reached).toEqual(
      expect.arrayContaining([
        '/.well-known/api-catalog',
        '/openapi.json',
        '/openapi/orders.yaml',
        '/docs',
        '/status',
        '/rels/consumers',
        '/orders/o-1001',
        '/restaurants/r-trattoria/menu-items/m-margherita',
      ]),
    );
  });

  it('finds the API catalog by its relation, and the catalog describes every API (RFC 9727)', async () => {
    const home = await fetch(system.url);
    const [link] = LinkHeader.parse(home.headers.get('link') ?? '').rel('api-catalog');
    const address = new URL(link?.uri ?? '', system.url);
    const head = await fetch(address, { method: 'HEAD' });
    expect(LinkHeader.parse(head.headers.get('link') ?? '').rel('api-catalog')[0]?.uri).toBe(link?.uri);
    expect(head.headers.get('content-type')).toBe(
      'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"',
    );

    const { linkset } = (await (await fetch(address)).json()) as {
      linkset: Record<string, { href: string }[]>[];
    };
    const [catalog, ...described] = linkset;
    const anchors = described.map(({ anchor }) => String(anchor));
    expect(anchors).toEqual(['/', ...(catalog?.item ?? []).map(({ href }) => href)]);
    expect(anchors).toEqual(expect.arrayContaining(['/', '/consumers', '/restaurants', '/orders']));
    for (const context of described)
      expect(Object.keys(context)).toEqual(['anchor', 'service-desc', 'service-doc', 'status']);
  });
});
