/** A small service with one operation of each kind, for tests of services and their handlers. */
import { type Contract, defineContract } from '../../src/contract/contract.ts';
import { type Operation, operation } from '../../src/contract/operation.ts';
import { page, resource } from '../../src/contract/resource.ts';
import { z } from '../../src/contract/schema.ts';
import { createLog } from '../../src/observability/log.ts';
import { createService, type ServiceOptions } from '../../src/service/app.ts';
import { memoryKeys } from './keys.ts';

const id = z.string();
export const Lamp = resource('Lamp', z.object({ id, lit: z.boolean() }));
const self = { operationId: 'getLamp', parameters: { lampId: '$response.body#/id' } };
const maker = { operationId: 'getMaker', parameters: { makerId: '$response.body#/id' } };
const one = { params: z.object({ lampId: id }), path: '/lamps/{lampId}' as const };
const lamp = { description: 'The lamp.', body: Lamp, links: { self, maker } };

const makers = defineContract({
  service: 'makers',
  title: 'Makers',
  description: 'Makers of lamps.',
  version: '1.0.0',
  operations: [
    operation({
      operationId: 'getMaker',
      method: 'get',
      path: '/makers/{makerId}',
      summary: 'Get a maker',
      params: z.object({ makerId: id }),
      responses: { 200: { description: 'The maker.', body: resource('Maker', z.object({ id })) } },
    }),
  ],
});

const lamps: Contract = defineContract({
  service: 'lamps',
  title: 'Lamps',
  description: 'Lamps that give light.',
  version: '1.0.0',
  operations: [
    operation({
      operationId: 'listLamps',
      method: 'get',
      path: '/lamps',
      summary: 'List lamps',
      responses: { 200: { description: 'Lamps.', body: page(Lamp, { total: true }) } },
    }),
    operation({
      operationId: 'addLamp',
      method: 'post',
      path: '/lamps',
      summary: 'Add a lamp',
      responses: { 201: { description: 'The lamp.', body: Lamp, links: { self } } },
    }),
    operation({
      operationId: 'addLantern',
      method: 'post',
      path: '/lanterns',
      summary: 'Add a lantern',
      responses: { 201: { description: 'The lantern.', body: Lamp, links: { self } } },
    }),
    operation({
      ...one,
      operationId: 'getLamp',
      method: 'get',
      summary: 'Get a lamp',
      cacheControl: 'max-age=60',
      responses: { 200: lamp },
    }),
    operation({
      ...one,
      operationId: 'replaceLamp',
      method: 'put',
      summary: 'Replace a lamp',
      responses: { 200: { description: 'The lamp.', body: Lamp, links: { self } } },
    }),
    operation({
      ...one,
      operationId: 'removeLamp',
      method: 'delete',
      summary: 'Remove a lamp',
      responses: { 204: { description: 'It is gone.' } },
    }),
  ] as readonly Operation[],
});

export const LAMP = { id: 'l1', lit: true };

type Tools = { readonly precondition?: (of: object, state: unknown) => void };
const changing =
  (status: number, body?: object) =>
  async ({ precondition }: Tools) => {
    precondition?.(Lamp, LAMP);
    return { status, body } as never;
  };

const handlers = {
  listLamps: async () => ({ status: 200, body: { items: [LAMP], total: 1 } }) as never,
  getLamp: async () => ({ status: 200, body: LAMP }) as never,
  addLamp: changing(201, LAMP),
  addLantern: changing(201, LAMP),
  replaceLamp: changing(200, LAMP),
  removeLamp: changing(204),
} as unknown as ServiceOptions['handlers'];

/** @param own handlers that replace the default ones */
export const lampService = (own: object = {}, options: Partial<ServiceOptions> = {}) =>
  createService({
    contract: lamps,
    handlers: { ...handlers, ...own },
    linked: [makers],
    getJson: async () => ({ status: 200, body: { id: 'l1' } }),
    keys: memoryKeys(),
    log: createLog({ level: 'silent' }),
    ...options,
  });
