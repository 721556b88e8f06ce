/**
 * A gateway in front of two services whose operations need random credentials: `things` has no links, so the gateway
 * adds them, and `tickets` is a service of this library that writes its own and knows its callers.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { type Contract, defineContract } from '../../src/contract/contract.ts';
import { contractDocument } from '../../src/contract/document/document.ts';
import { operation } from '../../src/contract/operation.ts';
import { page, resource } from '../../src/contract/resource.ts';
import { z } from '../../src/contract/schema.ts';
import type { SecurityRequirements } from '../../src/contract/security.ts';
import { liftDocuments } from '../../src/gateway/documents/mark-lifted.ts';
import { createPages } from '../../src/gateway/portal/pages.ts';
import { affordances } from '../../src/hypermedia/affordances/affordance.ts';
import { formats } from '../../src/hypermedia/formats/index.ts';
import { createLog } from '../../src/observability/log.ts';
import { createService } from '../../src/service/app.ts';
import { createIdentity } from '../../src/service/security/identity.ts';
import { document, startGateway, type TestGateway } from './gateway.ts';
import { memoryKeys } from './keys.ts';
import { live } from './live.ts';
import { scriptedVerifier } from './verifiers.ts';

/** The operations with their methods and the relations that lead to them. */
export const OPERATIONS = {
  listThings: ['GET', 'things'],
  addThing: ['POST', 'add'],
  getThing: ['GET', 'self'],
  moveThing: ['POST', 'move'],
  removeThing: ['DELETE', 'remove'],
  listOwners: ['GET', 'owners'],
  getOwner: ['GET', 'owner'],
  listTickets: ['GET', 'tickets'],
  openTicket: ['POST', 'open'],
  getTicket: ['GET', 'ticket'],
  closeTicket: ['POST', 'close'],
  reopenTicket: ['POST', 'reopen'],
  getAgent: ['GET', 'agent'],
} as const;

export type OperationId = keyof typeof OPERATIONS;
export type Requirements = Readonly<Record<OperationId, SecurityRequirements>>;

const SCHEMES = {
  oauth: {
    type: 'oauth2',
    flows: {
      clientCredentials: { tokenUrl: 'https://idp.example/token', scopes: { a: 'A', b: 'B', c: 'C' } },
    },
  },
  key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
} as const;

export interface ShopState {
  readonly thing: { readonly id: string; readonly ownerId?: string; readonly ticketId?: string };
  readonly ticket: { readonly id: string; readonly state: 'open' | 'closed'; readonly agentId: string };
}

const ok = (schema: object, links = {}) => ({
  200: { description: 'ok', content: { 'application/json': { schema } }, links },
});
const id = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const self = (operationId: string) => ({ operationId, parameters: { id: '$response.body#/id' } });

/** A document of a service that knows nothing of links. */
function thingsDocument(security: Requirements): OpenAPIObject {
  const one = (operationId: OperationId, rest: object = { responses: ok(ref('Thing')) }) => ({
    operationId,
    security: security[operationId],
    ...rest,
  });
  const text = { type: 'string' };
  const thing = { type: 'object', properties: { id: text, ownerId: text, ticketId: text } };
  const owner = { type: 'object', properties: { id: text, name: text } };
  const list = (name: string) => ({ type: 'array', items: ref(name) });
  const links = {
    self: self('getThing'),
    owner: { operationId: 'getOwner', parameters: { id: '$response.body#/ownerId' } },
    ticket: { operationId: 'getTicket', parameters: { id: '$response.body#/ticketId' } },
    move: self('moveThing'),
    remove: self('removeThing'),
  };
  const things = {
    type: 'object',
    properties: { things: list('Thing'), count: { type: 'integer' } },
  };
  const addition = { type: 'object', properties: { ownerId: text } };
  return document(
    {
      '/things': {
        get: one('listThings', {
          'x-entry': 'things',
          responses: ok(things, { add: { operationId: 'addThing' } }),
        }),
        post: one('addThing', {
          requestBody: { content: { 'application/json': { schema: addition } } },
          responses: ok(ref('Thing'), { owner: links.owner }),
        }),
      },
      '/things/{id}': {
        parameters: [id('id')],
        get: one('getThing', { responses: ok(ref('Thing'), links) }),
        delete: one('removeThing'),
      },
      '/things/{id}/move': {
        parameters: [id('id')],
        post: one('moveThing', {
          requestBody: { content: { 'application/json': { schema: addition } } },
          responses: ok(ref('Thing')),
        }),
      },
      '/owners': { get: one('listOwners', { 'x-entry': 'owners', responses: ok(list('Owner')) }) },
      '/owners/{id}': {
        parameters: [id('id')],
        get: one('getOwner', { responses: ok(ref('Owner'), { self: self('getOwner') }) }),
      },
    },
    { schemas: { Thing: thing, Owner: owner }, securitySchemes: SCHEMES },
  );
}

const Ticket = resource(
  'Ticket',
  z.object({ id: z.string(), state: z.enum(['open', 'closed']), agentId: z.string() }),
);
const Agent = resource('Agent', z.object({ id: z.string() }));
const params = z.object({ id: z.string() });
const body = z.object({ note: z.string() });

function ticketsContract(security: Requirements) {
  const [listTickets, openTicket, getTicket, closeTicket, reopenTicket, getAgent] = [
    operation({
      operationId: 'listTickets',
      method: 'get',
      path: '/tickets',
      summary: 'List',
      entry: 'tickets',
      security: security.listTickets,
      responses: {
        200: { description: 'ok', body: page(Ticket), links: { open: { operationId: 'openTicket' } } },
      },
    }),
    operation({
      operationId: 'openTicket',
      method: 'post',
      path: '/tickets',
      summary: 'Open',
      security: security.openTicket,
      body,
      responses: { 201: { description: 'ok', body: Ticket } },
    }),
    operation({
      operationId: 'getTicket',
      method: 'get',
      path: '/tickets/{id}',
      summary: 'Get',
      security: security.getTicket,
      params,
      responses: {
        200: {
          description: 'ok',
          body: Ticket,
          links: {
            self: self('getTicket'),
            agent: { operationId: 'getAgent', parameters: { id: '$response.body#/agentId' } },
            close: self('closeTicket'),
            reopen: self('reopenTicket'),
          },
        },
      },
    }),
    operation({
      operationId: 'closeTicket',
      method: 'post',
      path: '/tickets/{id}/close',
      summary: 'Close',
      security: security.closeTicket,
      params,
      responses: { 200: { description: 'ok', body: Ticket } },
    }),
    operation({
      operationId: 'reopenTicket',
      method: 'post',
      path: '/tickets/{id}/reopen',
      summary: 'Reopen',
      security: security.reopenTicket,
      params,
      responses: { 200: { description: 'ok', body: Ticket } },
    }),
    operation({
      operationId: 'getAgent',
      method: 'get',
      path: '/agents/{id}',
      summary: 'Get',
      security: security.getAgent,
      params,
      responses: { 200: { description: 'ok', body: Agent, links: { self: self('getAgent') } } },
    }),
  ];
  const contract = defineContract({
    service: 'tickets',
    title: 'Tickets',
    description: 'Tickets.',
    version: '1.0.0',
    securitySchemes: SCHEMES,
    operations: [listTickets, openTicket, getTicket, closeTicket, reopenTicket, getAgent],
  } as Contract as never) as Contract;
  const tables = [
    affordances(Ticket, {
      state: ({ state }) => state,
      rows: [
        { rel: 'close', operation: closeTicket, when: ({ state }) => state === 'open' },
        { rel: 'reopen', operation: reopenTicket, when: ({ state }) => state === 'closed' },
      ],
    }),
    affordances(page(Ticket), { rows: [{ rel: 'open', operation: openTicket, when: () => true }] }),
  ];
  return { contract, tables };
}

/** @param identity how services learn who calls: `headers`, or `off` */
export async function startGuardedShop(
  security: Requirements,
  { thing, ticket }: ShopState,
  identity: 'headers' | 'off' = 'headers',
  enforce: 'on' | 'observe' | 'off' = 'on',
): Promise<TestGateway> {
  const { contract, tables } = ticketsContract(security);
  const documents = { things: thingsDocument(security), tickets: contractDocument(contract, formats) };
  const verifier = scriptedVerifier();
  const gateway = await startGateway(documents, {
    config: `authentication: { enforce: ${enforce}, schemes: { oauth: { keysFile: x }, key: { keysFile: x } } }`,
    service: `authentication: { identity: ${identity} }`,
    pages: createPages({
      services: liftDocuments(Object.entries(documents).map(([name, document]) => ({ name, document }))),
      status: () => [],
      isDraining: () => false,
      live: live(),
    }),
    verifiers: new Map([
      ['oauth', verifier],
      ['key', verifier],
    ]),
  });
  const { things, tickets } = gateway.services;
  if (things === undefined || tickets === undefined) throw new Error('the services did not start');
  things.respond = (req, res) => {
    const [path = ''] = (req.url ?? '').split('?');
    const value =
      path === '/things' && req.method === 'GET'
        ? { things: [thing], count: 1 }
        : path === '/owners'
          ? [{ id: 'o1', name: 'Ola' }]
          : path.startsWith('/owners/')
            ? { id: 'o1', name: 'Ola' }
            : thing;
    res.writeHead(200, {
      'Content-Type': 'application/json',
      ETag: '"t1"',
      'Cache-Control': 'public, max-age=60',
    });
    res.end(JSON.stringify(value));
  };
  const respond = async () => ({ status: 200, body: ticket });
  tickets.respond = createService({
    contract,
    affordances: tables as never,
    handlers: {
      listTickets: async () => ({ status: 200, body: { items: [ticket] } }),
      openTicket: async () => ({ status: 201, body: ticket }),
      getTicket: respond,
      closeTicket: respond,
      reopenTicket: respond,
      getAgent: async () => ({ status: 200, body: { id: ticket.agentId } }),
    } as never,
    getJson: () => Promise.reject(new Error('unexpected call')),
    keys: memoryKeys(),
    identity: createIdentity({ IDENTITY: identity, IDENTITY_KEY: undefined }, 'tickets'),
    log: createLog({ level: 'silent' }),
  });
  return gateway;
}
