/**
 * Compares the engine with an oracle: on any graph of resources, with cycles, shared, missing and failing targets
 * and pages, its result equals that of a naive algorithm that fetches one resource after the other. It never sends
 * more requests than there are targets and batches.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { defaultLimits } from '../../../src/config/limits.ts';
import { Problem } from '../../../src/contract/problem.ts';
import { notFound, serviceUnreachable } from '../../../src/contract/problems.ts';
import { expandBody } from '../../../src/hypermedia/expand/expand.ts';
import type { FetchedPart } from '../../../src/hypermedia/expand/fetch.ts';
import { type ExpandTree, parseExpand } from '../../../src/hypermedia/expand/parse.ts';
import { planExpand } from '../../../src/hypermedia/expand/plan.ts';
import type { Body } from '../../../src/hypermedia/formats/format.ts';
import { hal } from '../../../src/hypermedia/formats/hal.ts';
import { LinkGraph } from '../../../src/hypermedia/graph/link-graph.ts';

const KINDS = ['a', 'b', 'c'] as const;
type Kind = (typeof KINDS)[number];
const RELATIONS = ['x', 'y', 'list'] as const;

interface World {
  /** Relation → kind of its target, for each kind. */
  readonly schema: Readonly<Record<Kind, Readonly<Record<'x' | 'y', Kind>>>>;
  /** The kinds with a batch operation. */
  readonly batched: readonly Kind[];
  /** The targets of each relation of each resource, by number; several for a list of links. */
  readonly links: Readonly<Record<string, { readonly x: readonly number[]; readonly y: number }>>;
  readonly missing: readonly string[];
  readonly failing: readonly string[];
  /** The items of each kind's collection. */
  readonly pages: Readonly<Record<Kind, readonly number[]>>;
}

const SIZE = 4;
const number = fc.nat({ max: SIZE - 1 });
const kind = fc.constantFrom(...KINDS);
const ofEachKind = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.record({ a: arbitrary, b: arbitrary, c: arbitrary }) as fc.Arbitrary<Record<Kind, T>>;
const hrefs = KINDS.flatMap((name) => Array.from({ length: SIZE }, (_, n) => `/${name}/${n}`));

const worlds: fc.Arbitrary<World> = fc.record({
  schema: ofEachKind(fc.record({ x: kind, y: kind })),
  batched: fc.subarray([...KINDS]),
  links: fc.record(
    Object.fromEntries(
      hrefs.map((href) => [
        href,
        fc.record({ x: fc.uniqueArray(number, { minLength: 1, maxLength: 3 }), y: number }),
      ]),
    ),
  ),
  missing: fc.subarray(hrefs, { maxLength: 3 }),
  failing: fc.subarray(hrefs, { maxLength: 2 }),
  pages: ofEachKind(fc.uniqueArray(number, { maxLength: SIZE })),
});

const path = fc
  .array(fc.constantFrom(...RELATIONS), { minLength: 1, maxLength: 3 })
  .map((relations) => relations.join('.'));
const expressions = fc.uniqueArray(path, { minLength: 1, maxLength: 4 });

/** The document of a service with these links: `list` leads from a resource to the collection of its kind. */
function graphOf({ schema, batched }: World): LinkGraph {
  const responsesOf = (name: string, links: object) => ({
    200: {
      description: 'It.',
      content: { 'application/hal+json': { schema: { $ref: `#/components/schemas/${name}` } } },
      links,
    },
  });
  const link = (to: Kind) => ({ operationId: `get-${to}`, parameters: { id: '$response.body#/id' } });
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const ids = { name: 'id', in: 'query', explode: false, schema: { type: 'array', maxItems: 3 } };
  const paths = KINDS.flatMap((name) => [
    [
      `/${name}/{id}`,
      {
        get: {
          operationId: `get-${name}`,
          parameters: [id],
          responses: responsesOf(name, {
            x: link(schema[name].x),
            y: link(schema[name].y),
            list: { operationId: `list-${name}` },
          }),
        },
      },
    ],
    [
      `/${name}`,
      {
        get: {
          operationId: `list-${name}`,
          parameters: batched.includes(name) ? [{ ...ids, 'x-batches': `get-${name}` }] : [],
          responses: responsesOf(`${name}Page`, {}),
        },
      },
    ],
  ]);
  const schemas = KINDS.flatMap((name) => {
    const item = { type: 'array', items: { $ref: `#/components/schemas/${name}` } };
    const embedded = { type: 'object', properties: { item } };
    return [
      [name, { type: 'object' }],
      [`${name}Page`, { type: 'object', properties: { _embedded: embedded } }],
    ];
  });
  const document = {
    openapi: '3.1.0',
    info: { title: 'world', version: '1.0.0' },
    paths: Object.fromEntries(paths),
    components: { schemas: Object.fromEntries(schemas) },
  };
  return new LinkGraph([{ name: 'world', document: document as unknown as OpenAPIObject }]);
}

/**
 * The resource at a URL.
 * @throws Problem as a service would
 */
function at(world: World, href: string): Body {
  const [, name = '', rest = ''] = /^\/(\w)(.*)$/.exec(href) ?? [];
  const own = name as Kind;
  if (world.failing.includes(href)) throw new Problem(serviceUnreachable, `${href} fails.`);
  if (rest.startsWith('/')) {
    const links = world.links[href];
    if (links === undefined || world.missing.includes(href)) throw new Problem(notFound, `No ${href}.`);
    const { x, y } = world.schema[own];
    return {
      id: rest.slice(1),
      _links: {
        self: { href },
        x: links.x.map((n) => ({ href: `/${x}/${n}` })),
        y: { href: `/${y}/${links.y}` },
        list: { href: `/${own}` },
      },
    };
  }
  const requestedIds = new URLSearchParams(rest.slice(1)).get('id')?.split(',');
  const items = (requestedIds ?? world.pages[own]).map((n) => `/${own}/${n}`);
  const there = items.filter((item) => !world.missing.includes(item) && !world.failing.includes(item));
  return {
    _links: { self: { href } },
    _embedded: { item: there.map((item) => at(world, item)) },
  };
}

/** The naive algorithm fetches one resource after the other, without a cache. It defines what `expand` means. */
function naive(
  world: World,
  body: Body,
  tree: ExpandTree,
  prefix: string,
  above: readonly string[],
  errors: Body[],
) {
  const embedded = (body._embedded ?? {}) as Record<string, Body[]>;
  for (const item of embedded.item ?? [body]) {
    const links = item._links as Record<string, { href: string } | { href: string }[]>;
    const ancestors = [...above, (links.self as { href: string }).href];
    for (const [rel, subtree] of tree) {
      const many = Array.isArray(links[rel]);
      const parts: Body[] = [];
      for (const { href } of [links[rel] ?? []].flat()) {
        if (ancestors.includes(href)) continue;
        try {
          const part = at(world, href);
          naive(world, part, subtree, `${prefix}${rel}.`, [...ancestors, href], errors);
          parts.push(part);
        } catch (error) {
          errors.push({ path: prefix + rel, href, problem: (error as Problem).toJSON() });
        }
      }
      if (parts.length > 0)
        item._embedded = { ...(item._embedded as Body | undefined), [rel]: many ? parts : parts[0] };
    }
  }
}

const key = ({ path: at, href }: Body) => `${at} ${href}`;

describe('An expansion', () => {
  it('equals the result of a naive algorithm, with at most one request for each target or batch', async () => {
    let batches = 0;
    await fc.assert(
      fc.asyncProperty(
        worlds,
        expressions,
        kind,
        fc.boolean(),
        fc.infiniteStream(fc.boolean()),
        async (world, paths, start, isPage, late) => {
          const graph = graphOf(world);
          const href = isPage ? `/${start}` : `/${start}/0`;
          const subject = graph.operation('world', isPage ? `list-${start}` : `get-${start}`);
          if (subject === undefined) throw new Error(start);
          const whole = {
            ...world,
            missing: world.missing.filter((one) => one !== href),
            failing: world.failing.filter((one) => one !== href),
          };
          const requested = parseExpand([paths.join(',')]);

          const expected = at(whole, href);
          const errors: Body[] = [];
          naive(whole, expected, requested.tree, '', [href], errors);
          const distinct = [...new Map(errors.map((error) => [key(error), error])).values()];
          distinct.sort((a, b) => (key(a) < key(b) ? -1 : 1));
          if (distinct.length > 0) expected._expandErrors = distinct;

          const calls: string[] = [];
          const fetch = async (target: string): Promise<FetchedPart> => {
            calls.push(target);
            if (late.next().value) await new Promise(setImmediate);
            return { body: at(whole, target) };
          };
          const limits = { ...defaultLimits.expand, resources: 10_000, embeds: 100_000, concurrency: 3 };
          const { body } = await expandBody(
            at(whole, href),
            planExpand(requested, subject, () => false, limits),
            {
              fetch,
              format: hal,
              expand: requested.paths.join(','),
              limits,
              deadline: new AbortController().signal,
            },
          );
          expect(body).toEqual(expected);

          const [many, single] = [
            calls.filter((call) => call.includes('?')),
            calls.filter((call) => !call.includes('?')),
          ];
          batches += many.length;
          // At most one request for each target, and one in a batch.
          expect(new Set(single).size).toBe(single.length);
          const inBatches = many.flatMap((call) => {
            const [collection, query] = call.split('?');
            return (new URLSearchParams(query).get('id') ?? '').split(',').map((id) => `${collection}/${id}`);
          });
          expect(new Set(inBatches).size).toBe(inBatches.length);
          expect(inBatches.length).toBeGreaterThanOrEqual(2 * many.length);
          for (const target of single.filter((one) => inBatches.includes(one)))
            expect([...whole.missing, ...whole.failing]).toContain(target);
        },
      ),
      { numRuns: 300 },
    );
    expect(batches).toBeGreaterThan(0);
  }, 60_000);
});
