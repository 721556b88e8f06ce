/** Every href that is created from a value leads to its operation with that value. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileOperations } from '../../../src/gateway/operation.ts';
import { createRouter } from '../../../src/gateway/routing/router.ts';
import { LinkGraph } from '../../../src/hypermedia/graph/link-graph.ts';
import { linkValue } from '../../../src/hypermedia/graph/resolve-link.ts';
import { anyText } from '../../support/any-text.ts';
import { document } from '../../support/gateway.ts';

const PATHS = ['/a/{x}', '/a/{x}.{y}', '/a/me', '/a/{x}/b', '/a/c/{x}', '/v{x}', '/b/{x}/{y}', '/c'];

const schema = { type: 'object', properties: { x: {}, y: {} } };
const documentOf = document(
  Object.fromEntries(
    PATHS.map((path) => [
      path,
      {
        get: {
          operationId: path,
          parameters: [...path.matchAll(/\{(\w)\}/g)].map(([, name]) => ({
            name,
            in: 'path',
            required: true,
            schema: {},
          })),
          responses: {
            200: {
              description: 'ok',
              content: { 'application/json': { schema } },
              links: Object.fromEntries(
                PATHS.map((to) => [
                  to,
                  { operationId: to, parameters: { x: '$response.body#/x', y: '$response.body#/y' } },
                ]),
              ),
            },
          },
        },
      },
    ]),
  ),
);

const graph = new LinkGraph([{ name: 's', document: documentOf }]);
const router = createRouter(
  compileOperations({
    service: 's',
    document: documentOf,
    unknownQuery: 'pass',
    holdsResponses: false,
  } as never),
);
const links = graph.operation('s', '/c')?.shape?.links;

const value = fc.oneof(
  anyText,
  fc.string({
    unit: fc.constantFrom('.', '/', '\\', '%', ';', '{', '}', '?', '#', ' ', 'a', 'ü', '\ud800', '\u0000'),
  }),
  fc.constantFrom('.', '..', '...', 'me', 'c', 'x.json', '%2e', '..;a', 'a/..', '%2F', ''),
);

describe('An href', () => {
  it('An href leads back to its operation and its values, or is omitted', () => {
    let count = 0;
    fc.assert(
      fc.property(value, value, fc.constantFrom(...PATHS), (x, y, path) => {
        const link = links?.get(path);
        if (link === undefined) throw new Error(path);
        const { href } = (linkValue(link, { body: { x, y }, path: {}, query: {} }) ?? {}) as {
          href?: string;
        };
        if (href === undefined) return;
        count++;
        expect(href).toMatch(/^\/(?:[\w\-.~!$&'()*+,;=:@/?]|%[\dA-F]{2})*$/);
        const match = router.find('GET', href);
        expect(match?.operation.operationId).toBe(path);
        const query = new URLSearchParams(match?.query);
        for (const [name, given] of Object.entries({ x, y })) {
          const found = match?.params.get(name);
          expect(found === undefined ? query.get(name) : decodeURIComponent(found)).toBe(given);
        }
        expect(new URL(href, 'http://a.example').pathname).toBe(href.split('?')[0]);
      }),
      { numRuns: 3000 },
    );
    expect(count).toBeGreaterThan(300);
  });

  it.each([
    ['/a/{x}', 'x', '/a/x?y=z'],
    ['/a/{x}', 'me', undefined],
    ['/a/{x}', 'x.json', undefined],
    ['/a/{x}', '..', undefined],
    ['/a/{x}/b', 'c', undefined],
    ['/a/{x}/b', '..', undefined],
    ['/v{x}', '.', '/v.?y=z'],
    ['/b/{x}/{y}', '..', undefined],
  ])('The href to %s for the value %s is %s', (path, x, expected) => {
    const link = links?.get(path);
    if (link === undefined) throw new Error(path);
    const made = linkValue(link, { body: { x, y: 'z' }, path: {}, query: {} });
    expect(made).toEqual(expected === undefined ? undefined : { href: expected });
  });
});
