/**
 * What is advertised is what is allowed: each link, action and form option that a caller is offered is accepted for its
 * credentials, and each operation that its credentials and the state allow is offered. Random requirements, callers and
 * states, through a real gateway.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SecurityRequirements } from '../../../src/contract/security.ts';
import type { TestGateway } from '../../support/gateway.ts';
import {
  OPERATIONS,
  type OperationId,
  type Requirements,
  type ShopState,
  startGuardedShop,
} from '../../support/guarded-shop.ts';

const IDS = Object.keys(OPERATIONS) as OperationId[];

const scopes = fc.subarray(['a', 'b', 'c']);
const requirement = fc.oneof(
  { weight: 4, arbitrary: scopes.map((oauth) => ({ oauth })) },
  { weight: 1, arbitrary: fc.constant({ key: [] }) },
  { weight: 1, arbitrary: scopes.map((oauth) => ({ oauth, key: [] })) },
);
const security: fc.Arbitrary<SecurityRequirements> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(requirement as fc.Arbitrary<Record<string, string[]>>, {
      minLength: 1,
      maxLength: 2,
    }),
  },
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.constant([{}]) },
);
const requirements: fc.Arbitrary<Requirements> = fc.record(
  Object.fromEntries(IDS.map((id) => [id, security])) as { [Id in OperationId]: typeof security },
);

interface TestCaller {
  /** Undefined without a token. */
  readonly oauth: readonly string[] | undefined;
  readonly hasKey: boolean;
}

const caller: fc.Arbitrary<TestCaller> = fc.record({
  oauth: fc.option(scopes, { nil: undefined, freq: 6 }),
  hasKey: fc.boolean(),
});

const state: fc.Arbitrary<ShopState> = fc.record({
  thing: fc.record(
    { id: fc.constant('t1'), ownerId: fc.constant('o1'), ticketId: fc.constant('k1') },
    { requiredKeys: ['id'] },
  ),
  ticket: fc.record({
    id: fc.constant('k1'),
    state: fc.constantFrom('open' as const, 'closed' as const),
    agentId: fc.constant('g1'),
  }),
}) as fc.Arbitrary<ShopState>;

/** The rule of OpenAPI, written again: one alternative has to hold, with all of its schemes and scopes. */
const mayCall = (needs: SecurityRequirements, { oauth, hasKey }: TestCaller): boolean =>
  needs.length === 0 ||
  needs.some((one) =>
    Object.entries(one).every(([scheme, needed]) =>
      scheme === 'key' ? hasKey : oauth !== undefined && needed.every((scope) => oauth.includes(scope)),
    ),
  );

const headersOf = ({ oauth, hasKey }: TestCaller): Record<string, string> => ({
  ...(oauth && { Authorization: `Bearer anna:${oauth.join(',')}` }),
  ...(hasKey && { 'X-Api-Key': 'anna' }),
});

interface Offered {
  readonly rel: string;
  readonly method: string;
  readonly href: string;
}

type Json = Record<string, unknown>;
const REFUSED = new Set([401, 403, 503]);
const METHODS: ReadonlyMap<string, string> = new Map(
  Object.values(OPERATIONS).map(([method, rel]) => [rel, method]),
);

/** Everything that a HAL-FORMS, HAL or plain body offers, in any depth. */
function offeredByHal(value: unknown): Offered[] {
  if (Array.isArray(value)) return value.flatMap(offeredByHal);
  if (typeof value !== 'object' || value === null) return [];
  const { _links = {}, _templates = {}, _expandErrors, ...rest } = value as Json;
  const links = Object.entries(_links as Json).flatMap(([rel, link]) =>
    [link].flat().map((one): Offered => {
      const href = (one as { href: string }).href.replace(/\{.*/, '');
      return { rel, method: rel === 'search' ? 'GET' : (METHODS.get(rel) ?? 'GET'), href };
    }),
  );
  const templates = Object.entries(_templates as Json).flatMap(([rel, template]): Offered[] => {
    const { method, target, properties } = template as { method: string; target: string; properties: Json[] };
    const options = properties.flatMap(({ options: chosen }) => {
      const href = (chosen as { link?: { href: string } } | undefined)?.link?.href;
      return href === undefined ? [] : [{ rel: 'options', method: 'GET', href }];
    });
    return [{ rel, method, href: target }, ...options];
  });
  return [...links, ...templates, ...Object.values(rest).flatMap(offeredByHal)];
}

function offeredBySiren(value: unknown): Offered[] {
  const { links = [], actions = [], entities = [] } = value as Record<string, Json[]>;
  return [
    ...links.map(({ rel, href }): Offered => {
      const name = String((rel as string[])[0]);
      return { rel: name, method: METHODS.get(name) ?? 'GET', href: String(href) };
    }),
    ...actions.map(
      ({ name, method, href }): Offered => ({
        rel: String(name),
        method: String(method),
        href: String(href),
      }),
    ),
    ...entities.flatMap(offeredBySiren),
  ];
}

const offeredByPage = (html: string): Offered[] => [
  ...[
    ...html.matchAll(/<form action="([^"]+)" method="post" data-action="([^"]+)" data-method="([^"]+)"/g),
  ].map(([, href = '', rel = '', method = '']) => ({ rel, method, href })),
  ...[...html.matchAll(/data-options="([^"]+)"/g)].map(([, href = '']) => ({
    rel: 'options',
    method: 'GET',
    href,
  })),
];

const FORMATS: readonly [string, (text: string) => Offered[]][] = [
  ['application/prs.hal-forms+json', (text) => offeredByHal(JSON.parse(text))],
  ['application/json', (text) => offeredByHal(JSON.parse(text))],
  ['application/vnd.siren+json', (text) => offeredBySiren(JSON.parse(text))],
  ['text/html', offeredByPage],
];

interface System {
  readonly gateway: TestGateway;
  readonly as: TestCaller;
}

const get = ({ gateway, as }: System, path: string, headers: Record<string, string> = {}) =>
  fetch(gateway.url + path, { headers: { ...headersOf(as), ...headers } });

async function expectAccepted({ gateway, as }: System, offers: readonly Offered[]): Promise<void> {
  for (const { rel, method, href } of new Map(
    offers.map((one) => [`${one.method} ${one.href}`, one]),
  ).values()) {
    const response = await fetch(gateway.url + href, { method, headers: headersOf(as) });
    await response.text();
    if (REFUSED.has(response.status))
      throw new Error(`${rel}: ${method} ${href} has the status ${response.status}`);
  }
}

/** The resources, with the operations that lead to them and the relations that the state makes possible. */
const resourcesOf = ({ thing, ticket }: ShopState) => {
  const ofThing: OperationId[] = ['getThing', 'moveThing', 'removeThing'];
  if (thing.ownerId) ofThing.push('getOwner');
  if (thing.ticketId) ofThing.push('getTicket');
  const ofTicket: OperationId[] = ['getAgent', ticket.state === 'open' ? 'closeTicket' : 'reopenTicket'];
  return [
    { path: '/things/t1', operation: 'getThing', targets: ofThing },
    { path: '/things', operation: 'listThings', targets: [...ofThing, 'addThing'] },
    { path: '/owners/o1', operation: 'getOwner', targets: [] },
    { path: '/owners', operation: 'listOwners', targets: [] },
    { path: '/tickets/k1', operation: 'getTicket', targets: ofTicket },
    { path: '/tickets', operation: 'listTickets', targets: [...ofTicket, 'openTicket'] },
    { path: '/agents/g1', operation: 'getAgent', targets: [] },
  ] as const satisfies readonly { path: string; operation: OperationId; targets: readonly OperationId[] }[];
};

const RUNS = { numRuns: 12 };
const sample = fc.tuple(requirements, state, fc.array(caller, { minLength: 2, maxLength: 4 }));

describe('What is advertised is what is allowed', () => {
  it('Each resource offers a caller exactly what its credentials and the state allow, in each format', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ([needs, current, callers]) => {
        const gateway = await startGuardedShop(needs, current);
        for (const as of callers)
          for (const { path, operation, targets } of resourcesOf(current)) {
            const isAllowed = mayCall(needs[operation], as);
            for (const [accept, offeredBy] of FORMATS) {
              const response = await get({ gateway, as }, path, { Accept: accept });
              const text = await response.text();
              expect([path, accept, response.status === 200]).toEqual([path, accept, isAllowed]);
              if (!isAllowed) continue;
              const offers = offeredBy(text);
              await expectAccepted({ gateway, as }, offers);
              if (accept === 'text/html') continue;
              const rels = new Set(offers.map(({ rel }) => rel));
              for (const target of targets) {
                const rel = OPERATIONS[target][1];
                if (rel !== 'self')
                  expect([path, accept, rel, rels.has(rel)]).toEqual([
                    path,
                    accept,
                    rel,
                    mayCall(needs[target], as),
                  ]);
              }
            }
          }
      }),
      RUNS,
    );
  }, 120_000);

  it('The entry point and the explorer link to the entry points that the caller may call', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ([needs, current, callers]) => {
        const gateway = await startGuardedShop(needs, current);
        for (const as of callers) {
          const entries = ['listThings', 'listOwners', 'listTickets'] as const;
          const expected = entries.filter((id) => mayCall(needs[id], as)).map((id) => OPERATIONS[id][1]);
          const own = await get({ gateway, as }, '/', { Accept: 'application/hal+json' });
          const { _links } = (await own.json()) as { _links: Json };
          expect(Object.keys(_links).filter((rel) => ['things', 'owners', 'tickets'].includes(rel))).toEqual(
            expected,
          );
          for (const page of ['/', '/explorer']) {
            const html = await (await get({ gateway, as }, page, { Accept: 'text/html' })).text();
            const linked = [...html.matchAll(/<a href="\/(things|owners|tickets)"/g)].map(([, rel]) => rel);
            expect([page, linked]).toEqual([page, expected]);
          }
        }
      }),
      RUNS,
    );
  }, 120_000);

  it('Each expansion that was asked for is embedded if it is allowed, and otherwise an error with its reason', async () => {
    await fc.assert(
      fc.asyncProperty(sample, fc.constantFrom('expand', 'fields'), async ([needs, current, callers], by) => {
        const gateway = await startGuardedShop(needs, current);
        for (const as of callers) {
          if (!mayCall(needs.getThing, as)) continue;
          const query =
            by === 'expand' ? 'expand=owner,ticket.agent' : 'fields=id,owner.name,ticket.agent.id';
          const response = await get({ gateway, as }, `/things/t1?${query}`, {
            Accept: 'application/hal+json',
          });
          const { _embedded = {}, _expandErrors = [] } = (await response.json()) as Shown;
          const errors = new Map(
            _expandErrors.map(({ path, href, problem }) => [path, { href, status: problem.status }]),
          );
          const status = as.oauth === undefined && !as.hasKey ? [401] : [401, 403];
          const { thing, ticket } = current;
          const parts = [
            ['owner', thing.ownerId && `/owners/${thing.ownerId}`, needs.getOwner, _embedded.owner],
            ['ticket', thing.ticketId && `/tickets/${thing.ticketId}`, needs.getTicket, _embedded.ticket],
            [
              'ticket.agent',
              _embedded.ticket && `/agents/${ticket.agentId}`,
              needs.getAgent,
              _embedded.ticket?._embedded?.agent,
            ],
          ] as const;
          for (const [path, href, need, embedded] of parts) {
            const isAllowed = mayCall(need, as);
            expect([path, embedded !== undefined]).toEqual([path, href !== undefined && isAllowed]);
            const error = errors.get(path);
            expect([path, error?.href]).toEqual([path, href === undefined || isAllowed ? undefined : href]);
            if (error) expect(status).toContain(error.status);
          }
          const strict = await get({ gateway, as }, `/things/t1?${query}`, { Prefer: 'handling=strict' });
          const problem = (await strict.json()) as { status?: number; type?: string };
          if (errors.size === 0) expect(strict.status).toBe(200);
          else {
            expect([401, 403]).toContain(strict.status);
            expect(strict.headers.get('www-authenticate')).not.toBeNull();
            expect(problem.type).toMatch(/insufficient-scope|authentication-required/);
          }
        }
      }),
      RUNS,
    );
  }, 120_000);

  it('With enforce: observe and off, everyone is offered everything', async () => {
    for (const enforce of ['observe', 'off'] as const) {
      const needs = Object.fromEntries(IDS.map((id) => [id, [{ oauth: ['a'] }]])) as unknown as Requirements;
      const current: ShopState = {
        thing: { id: 't1', ownerId: 'o1', ticketId: 'k1' },
        ticket: { id: 'k1', state: 'open', agentId: 'g1' },
      };
      const gateway = await startGuardedShop(needs, current, 'off', enforce);
      const as: TestCaller = { oauth: undefined, hasKey: false };
      const response = await get({ gateway, as }, '/things/t1?expand=owner', {
        Accept: 'application/hal+json',
      });
      const { _links, _embedded } = (await response.json()) as Shown & { _links: Json };
      expect(Object.keys(_links).toSorted()).toEqual(['move', 'owner', 'remove', 'self', 'ticket']);
      expect(_embedded?.owner).toBeDefined();
      expect(response.headers.get('cache-control')).not.toContain('private');
    }
  });
});

interface Shown {
  readonly _embedded?: Record<string, { readonly _embedded?: Record<string, unknown> }>;
  readonly _expandErrors?: readonly {
    readonly path: string;
    readonly href: string;
    readonly problem: { readonly status: number };
  }[];
}
