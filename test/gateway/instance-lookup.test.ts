/** A host name with several instances that come and go, or with one that moves. */
import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { eventually } from '../support/eventually.ts';
import { startInstances, type TestInstances } from '../support/instances.ts';

const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;
const [A, B, C] = ADDRESSES;
const HOST = 'things.test';
const HEALTH = 'health: { path: /health, every: 10ms }';

let servers: Map<string, Server>;
let requests: Map<string, { host: string | undefined; path: string | undefined }[]>;
let hold: Map<string, () => void>;
let port: number;
let system: TestInstances | undefined;
/** The current addresses of the name; an empty list makes the lookup fail. */
let found: readonly string[];
let lookups: number;

beforeEach(async () => {
  servers = new Map();
  requests = new Map(ADDRESSES.map((address) => [address, []]));
  hold = new Map();
  port = 0;
  lookups = 0;
  for (const address of ADDRESSES) {
    const server = createServer((req, res) => {
      requests.get(address)?.push({ host: req.headers.host, path: req.url });
      if (req.method === 'POST') hold.set(address, () => res.end(address));
      else res.end(address);
    });
    await new Promise<void>((resolve) => server.listen(port, address, resolve));
    port = (server.address() as AddressInfo).port;
    servers.set(address, server);
  }
});
afterEach(async () => {
  for (const server of servers.values()) {
    server.close();
    server.closeAllConnections();
  }
  await system?.close();
});

const resolve = async (host: string): Promise<LookupAddress[]> => {
  expect(host).toBe(HOST);
  lookups += 1;
  if (found.length === 0) throw new Error('ENOTFOUND');
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};
const start = async (...addresses: string[]): Promise<void> => {
  found = addresses;
  system = await startInstances(0, `lookup: 10ms, ${HEALTH}, policy: { retry: { delay: 1ms } }`, {
    urls: () => [`http://${HOST}:${port}`],
    resolve,
  });
  await looked();
};
const looked = async (): Promise<void> => {
  // The next lookup may have started before the name changed.
  const enough = lookups + 2;
  await eventually('the name is looked up', () => lookups >= enough);
};
const becomes = async (...addresses: string[]): Promise<void> => {
  found = addresses;
  await looked();
};
const ids = () => system?.instances().map(({ id }) => id);
const get = async (): Promise<string> =>
  (
    await request(system?.url ?? '')
      .get('/things')
      .expect(200)
  ).text;
const getMany = async (times: number): Promise<string[]> => {
  const responses = new Set<string>();
  for (let i = 0; i < times; i++) responses.add(await get());
  return [...responses].toSorted();
};

/** Other systems need extra configuration for more loopback addresses. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('where 127.0.0.2 is an address of its own:', () => {
  describe('A name with several addresses', () => {
    it('A name with several addresses has several instances, which are called by the name', async () => {
      await start(A, B);
      expect(ids()).toEqual(['1.1', '1.2']);
      expect(await getMany(40)).toEqual([A, B]);
      expect(requests.get(A)).toContainEqual({ host: `${HOST}:${port}`, path: '/things' });
    });

    it('Instances follow the addresses of a name, and keep their ids', async () => {
      await start(A, B);
      await becomes(B, C, A);
      expect(ids()?.toSorted()).toEqual(['1.1', '1.2', '1.3']);
      expect(await getMany(60)).toEqual([A, B, C]);
      await becomes(B, C);
      expect(ids()?.toSorted()).toEqual(['1.2', '1.3']);
      expect(await getMany(40)).toEqual([B, C]);
      await becomes(C);
      expect(ids()).toEqual(['1.3']);
      expect(await getMany(5)).toEqual([C]);
      await becomes(A, C);
      expect(ids()?.toSorted()).toEqual(['1.1', '1.3']);
    });

    it('Calls in flight finish at a removed instance', async () => {
      await start(A, B);
      const waiting = Promise.all(
        Array.from({ length: 2 }, () => request(system?.url ?? '').post('/things')),
      );
      await eventually('both are called', () => hold.size >= 2);
      await becomes(C);
      expect(await getMany(5)).toEqual([C]);
      for (const respond of hold.values()) respond();
      expect((await waiting).map(({ status }) => status)).toEqual([200, 200]);
    });

    it('The last addresses stay in use while the lookup fails', async () => {
      await start(A, B);
      await becomes();
      expect(ids()).toEqual(['1.1', '1.2']);
      expect(await getMany(40)).toEqual([A, B]);
    });

    it('Only one address family is used, so that an instance with both is not counted twice', async () => {
      await start(A, B, '::1', '::2');
      expect(ids()).toEqual(['1.1', '1.2']);
      await becomes('::1', '::2', A, B);
      expect(ids()).toEqual(['1.1', '1.2']);
      expect(await getMany(40)).toEqual([A, B]);
    });
  });

  describe('A name with one address', () => {
    it('Health checks use the current address', async () => {
      const checks = (address: string) =>
        requests.get(address)?.filter(({ path }) => path === '/health').length ?? 0;
      await start(A);
      await eventually('the first address is checked', () => checks(A) >= 2);
      await becomes(B);
      const before = checks(A);
      await eventually('the second address is checked', () => checks(B) >= 3);
      expect(checks(A) - before).toBeLessThan(2);
    });

    it('An isolated instance stays isolated when another is added', async () => {
      await start(A);
      system?.isolate('1');
      await becomes(A, B);
      expect(system?.instances().map(({ state }) => state)).toEqual(['isolated', 'working']);
      expect(await getMany(10)).toEqual([B]);
    });
  });

  describe('A name with one address of each family', () => {
    it('A name with one address of each family has one instance', async () => {
      await start(A, '::1');
      expect(ids()).toEqual(['1']);
    });

    it('Calls use the new address after a move, and calls in flight finish at the old one', async () => {
      await start(A);
      expect(await getMany(3)).toEqual([A]);
      const waiting = request(system?.url ?? '')
        .post('/things')
        .then();
      await eventually('it is called', () => hold.size >= 1);
      await becomes(B);
      expect(ids()).toEqual(['1']);
      expect(await getMany(3)).toEqual([B]);
      hold.get(A)?.();
      expect((await waiting).status).toBe(200);
      await becomes();
      expect(await getMany(3)).toEqual([B]);
    });

    it('A failed connection triggers a lookup', async () => {
      found = [A];
      system = await startInstances(0, 'lookup: 1h, policy: { retry: { delay: 1ms } }', {
        urls: () => [`http://${HOST}:${port}`],
        resolve,
      });
      expect(await get()).toBe(A);
      found = [B];
      const server = servers.get(A);
      server?.close();
      server?.closeAllConnections();
      const { url } = system;
      await eventually(
        'the other address is called',
        async () => (await request(url).get('/things')).text === B,
      );
      expect(lookups).toBeLessThan(5);
    });

    it('More addresses of a name become more instances', async () => {
      await start(A);
      expect(ids()).toEqual(['1']);
      await becomes(A, B);
      expect(ids()).toEqual(['1.1', '1.2']);
      expect(await getMany(40)).toEqual([A, B]);
    });
  });

  it('Lookups end with the gateway', async () => {
    await start(A, B);
    await system?.close();
    let others = 0;
    const before = lookups;
    system = await startInstances(0, 'lookup: 10ms', {
      urls: () => [`http://${HOST}:${port}`],
      resolve: async () => {
        others += 1;
        return [];
      },
    });
    await eventually('the other looks its name up', () => others >= 4);
    expect(lookups).toBe(before);
  });
});
