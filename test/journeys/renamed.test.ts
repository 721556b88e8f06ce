/**
 * Every path of every service is renamed by configuration, and clients that follow links still work (level 3 of the
 * Richardson model). A path that is written outside a contract fails here, be it in a client, a representation or a page.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import request from 'supertest';
import { matchPath, pathTemplate } from '../../src/http/uri/href.ts';
import { formats } from '../../src/hypermedia/formats/index.ts';
import { explorerJourney } from '../suites/explorer.ts';
import { kettingJourney } from '../suites/ketting.ts';
import { waychaserJourney } from '../suites/waychaser.ts';
import { describeInBrowser } from '../support/browser.ts';
import { startRenamedSystem } from '../support/renamed-system.ts';
import { describeSamples } from '../support/samples.ts';

const ACCEPTED = formats.map(({ mediaType }) => mediaType);

describeSamples('A system with renamed paths', () => {
  let system: Awaited<ReturnType<typeof startRenamedSystem>>;
  beforeAll(async () => {
    system = await startRenamedSystem();
  }, 60_000);
  afterAll(() => system.close());

  kettingJourney(() => system.url);
  waychaserJourney(() => system.url);
  describeInBrowser('with a person in a browser', (browser) => explorerJourney(browser, () => system.url));

  it('responds with 404 to every path of a contract', async () => {
    for (const path of Object.values(system.names).flatMap(Object.keys))
      await request(system.url)
        .get(path.replaceAll(/\{[^}]*\}/g, 'x'))
        .expect(404);
  });

  it('contains no path of a contract in anything that can be reached from /', async () => {
    const contractPaths = Object.values(system.names).flatMap(Object.keys).map(pathTemplate);
    const isOfContract = (text: string): boolean => {
      const path = text.replace(system.url, '').split(/[?#{]/, 1)[0] ?? '';
      return contractPaths.some((template) => matchPath(template, path));
    };
    const [before] = Object.keys(system.names.orders ?? {});
    expect(isOfContract(`${system.url}${before}?limit=1`)).toBe(true);

    const queue = ['/'];
    const seen = new Set(queue);
    const kinds = new Map<string, number>();
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      for (const accept of ACCEPTED) {
        const { text = '', type, headers } = await request(system.url).get(path).accept(accept);
        const found = [...namesIn(text, type), ...namesIn(JSON.stringify(headers), 'application/json')];
        expect({ path, accept, found: found.filter(isOfContract) }).toEqual({ path, accept, found: [] });
        for (const name of found) {
          const kind = name.replaceAll(/\/[a-z]-[^/?]+/g, '/{id}').replace(/\?.*/, '');
          const isLink = /^\/[\w.-]*(?:\/[\w./-]*)?(?:\?[^{}]*)?$/.test(name);
          const count = kinds.get(kind) ?? 0;
          if (!isLink || seen.has(name) || count > 2) continue;
          kinds.set(kind, count + 1);
          seen.add(name);
          queue.push(name);
        }
      }
    }
    // The walk reached each path that has GET.
    const readable = Object.values(system.names).flatMap(Object.values).map(pathTemplate);
    const visited = readable.filter((template) =>
      [...seen].some((path) => matchPath(template, path.split('?')[0] ?? '')),
    );
    expect(visited.length).toBeGreaterThan(5);
  }, 60_000);
});

/** All texts that could be URLs: the strings of JSON, and the quoted strings of other types. */
const namesIn = (text: string, type: string): string[] =>
  /json$/.test(type)
    ? stringsOf(JSON.parse(text))
    : [...text.matchAll(/["']([^"'\s<>]*)["']/g)].map(([, name]) => name ?? '');

function stringsOf(node: unknown): string[] {
  if (typeof node === 'string') return [node];
  if (typeof node !== 'object' || node === null) return [];
  return [...Object.keys(node), ...Object.values(node).flatMap(stringsOf)];
}
