/** HAL resources that keep their bytes are expanded to the same JSON as those that are parsed exactly. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseExact, stringifyExact } from '../../../src/codecs/exact-json.ts';
import { defaultLimits } from '../../../src/config/limits.ts';
import { notFound } from '../../../src/contract/problems.ts';
import { expandBody } from '../../../src/hypermedia/expand/expand.ts';
import type { PlanNode } from '../../../src/hypermedia/expand/plan.ts';
import { encodeReceived, isReceived, receive } from '../../../src/hypermedia/expand/received.ts';
import type { Body } from '../../../src/hypermedia/formats/format.ts';
import { hal } from '../../../src/hypermedia/formats/hal.ts';
import type { GraphOperation } from '../../../src/hypermedia/graph/model.ts';
import { meaning, objectText } from '../../support/json-texts.ts';

const RESERVED = /"_(?:links|embedded|templates|expandErrors)"/;
const free = objectText.map((text) => text.trim()).filter((text) => !RESERVED.test(meaning(text)));
const membersOf = (text: string) => text.slice(1, -1).trim();

const listOperation = { service: 's', operationId: 'list', path: '/part', expands: false };
const operation = (isBatched: boolean): GraphOperation =>
  ({
    path: '/part/{id}',
    expands: false,
    ...(isBatched && {
      batch: {
        operation: listOperation,
        pathParameter: 'id',
        parameter: 'id',
        separator: ',',
        max: 3,
        hasLimit: false,
      },
    }),
  }) as unknown as GraphOperation;

const planOf = (isBatched: boolean): readonly PlanNode[] => {
  const node = (rel: string, path: string, children: readonly PlanNode[]): PlanNode => ({
    rel,
    path,
    link: { target: operation(isBatched) } as PlanNode['link'],
    embedded: false,
    children,
  });
  return [node('x', 'x', [node('y', 'x.y', [])]), node('y', 'y', [])];
};

const ID = fc.nat({ max: 5 });
const link = (id: number) => `{"href":"/part/${id}","n":1.10}`;
const linksTo = fc.oneof(
  ID.map(link),
  fc.uniqueArray(ID, { maxLength: 3 }).map((ids) => `[${ids.map(link).join(' , ')}]`),
);

/** What has a meaning besides links. Bodies with most of these are parsed exactly. */
const special = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  fc.constantFrom(
    '"_embedded":{"z":{"n":1e400}}',
    '"_embedded":{"y":{"n":-0,"_links":{"y":{"href":"/part/1"}}}}',
    '"_embedded":1',
    '"_expandErrors":[{"path":"z","href":"/z","problem":{"status":404,"n":1.0}}]',
    '"_expandErrors":7',
    '"_links":{"y":{"href":"/part/2"},"1":9007199254740993}',
    '"\\u005flinks":{"y":{"href":"/part/3"}}',
  ),
);

const resource = (self: string) =>
  fc.tuple(free, free, linksTo, linksTo, special, special).map(([before, after, x, y, one, two]) => {
    const links = `"_links":{ "self":{"href":"${self}"},"x":${x} ,"y":${y},"next":{"href":"/more?a=%20"}}`;
    return `{${[membersOf(before), one, links, two, membersOf(after)].filter(Boolean).join(' ,')} }`;
  });

const page = (items: fc.Arbitrary<string[]>) =>
  fc.tuple(free, items, free, special, special).map(([before, all, within, one, two]) => {
    const embedded = [membersOf(within), `"item": [ ${all.join(' ,\n')} ]`].filter(Boolean).join();
    const links = '"_links":{"self":{"href":"/page"},"next":{"href":"/page?cursor=1"}}';
    const members = [membersOf(before), one, `"_embedded" : {${embedded}}`, two, links];
    return `${'\n'} {${members.filter(Boolean).join()}}\n`;
  });

const parts = fc.tuple(...Array.from({ length: 6 }, (_, id) => resource(`/part/${id}`)));
const item = fc.oneof(
  { weight: 9, arbitrary: resource('/a') },
  { weight: 9, arbitrary: resource('/b') },
  fc.constant('null'),
);
const items = fc.array(item, { maxLength: 4 });

/** Expands a primary body with its parts, as the gateway does. */
async function expand(text: string, all: readonly string[], isBatched: boolean, keepsBytes: boolean) {
  const read = (json: string, role: 'primary' | 'part', keeps: boolean) =>
    keeps ? receive(Buffer.from(json), json, role) : parseExact(json);
  const body = (await read(text, 'primary', keepsBytes)) as Body;
  const keeps = isReceived(body);
  const { failures } = await expandBody(body, planOf(isBatched), {
    fetch: async (href) => {
      const ids = /^\/part\/(\d)$/.exec(href)?.slice(1) ?? href.split('id=')[1]?.split(/,|%2C/) ?? [];
      const [first] = ids;
      if (ids.includes('5')) return { problem: { ...notFound, status: 404 } as never };
      const json = href.includes('?')
        ? `{"_links":{},"_embedded":{"item":[${ids.map((id) => all[Number(id)]).join()}]}}`
        : (all[Number(first)] as string);
      return { body: (await read(json, 'part', keeps)) as Body };
    },
    format: hal,
    expand: 'x.y,y',
    limits: defaultLimits.expand,
    deadline: new AbortController().signal,
  });
  return { json: encodeReceived(body)?.toString() ?? stringifyExact(body), failures, isKept: keeps };
}

describe('A HAL body that keeps its bytes', () => {
  it.each([
    ['resource', resource('/primary')],
    ['page', page(items)],
  ])('A %s is expanded to the same JSON as one that is parsed exactly', async (_, primary) => {
    let kept = 0;
    let failed = 0;
    await fc.assert(
      fc.asyncProperty(primary, parts, fc.boolean(), async (text, all, isBatched) => {
        const exact = await expand(text, all, isBatched, false);
        const joined = await expand(text, all, isBatched, true);
        expect(meaning(joined.json)).toBe(meaning(exact.json));
        expect(joined.failures).toEqual(exact.failures);
        if (joined.isKept) kept += 1;
        if (joined.failures.length > 0) failed += 1;
      }),
      { numRuns: 400 },
    );
    // Both ways are taken.
    expect(kept).toBeGreaterThan(50);
    expect(kept).toBeLessThan(400);
    expect(failed).toBeGreaterThan(0);
  });

  it('Bytes are not changed, whatever their spelling', async () => {
    const part =
      '{ "n": 1.0,\t"1":2, "0":3, "s":"\\u0041\\/ü\ud83d\ude00", "n":-0, "_links":{"self":{"href":"/part/1"}} }';
    const text = '{"big":12345678901234567890, "_links":{"x":{"href":"/part/1"}},"é": "ü" }';
    const { json, isKept } = await expand(text, ['', part], false, true);
    expect(isKept).toBe(true);
    expect(json).toBe(
      `{"big":12345678901234567890, "_links":{"x":{"href":"/part/1"}},"é": "ü" ,"_embedded":{"x":${part}}}`,
    );
  });

  it.each([
    ['a byte order mark', '\ufeff{"a":1}'],
    ['embedded resources', '{"_embedded":{"x":{}}}'],
    ['items that are not resources', '{"_embedded":{"item":[1]}}'],
    ['items with embedded resources', '{"_embedded":{"item":[{"_embedded":{}}]}}'],
    ['items that occur twice', '{"_embedded":{"item":[{}],"item":[{}]}}'],
    ['links that occur twice', '{"_links":{},"_links":{}}'],
    ['errors of its own', '{"_expandErrors":[]}'],
    ['no members but elements', '[1.0]'],
  ])('A body with %s is parsed exactly', async (_, json) => {
    const text = json.replace('\ufeff', '');
    const value = (await receive(Buffer.from(json), text, 'primary')) as Body;
    expect(isReceived(value)).toBe(false);
    expect(stringifyExact(value)).toBe(text);
  });

  it.each(['primary', 'part'] as const)('A %s that is nested too deeply is refused', async (role) => {
    for (const levels of [999, 1000]) {
      const text = `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
      const reading = receive(Buffer.from(text), text, role);
      if (levels < 1000) expect(isReceived((await reading) as Body)).toBe(true);
      else await expect(reading).rejects.toThrow(RangeError);
    }
  });

  it('Text that is not JSON is refused', async () => {
    await expect(receive(Buffer.from('{"a":'), '{"a":', 'part')).rejects.toThrow(SyntaxError);
  });
});
