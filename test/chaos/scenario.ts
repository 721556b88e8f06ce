/** One fault at one level: a gateway of its own, some time well, some time with the fault, some time well again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startChild } from '../bench/child.ts';
import { FaultProxy } from './fault-proxy.ts';
import { type Fault, heal } from './faults.ts';
import type { Level } from './levels.ts';
import { Load, type Sample } from './load.ts';

/** Milliseconds. */
const BEFORE = 1500;
const DURING = 3000;
const AFTER = 3000;
/** One of several is only worth a figure over many requests. */
const DURING_OF_ONE = 15_000;

export interface Run {
  readonly samples: readonly Sample[];
  /** Of `performance.now()`, when a request came to the service, in order. */
  readonly arrivals: readonly number[];
  /** Of `performance.now()`. */
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

export const millisecondsOf = ({ instances }: Fault): number =>
  BEFORE + (instances > 1 ? DURING_OF_ONE : DURING) + AFTER;

const documentOf = (name: string): string => fileURLToPath(import.meta.resolve(`./documents/${name}.yaml`));

export async function play(
  fault: Fault,
  level: Level,
  urls: { catalog: string; accounts: string },
): Promise<Run> {
  const proxies = await Promise.all(
    Array.from({ length: fault.instances }, () => FaultProxy.start(urls.catalog)),
  );
  const [broken] = proxies as [FaultProxy];
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  const file = join(folder, 'gateway.yaml');
  const places = proxies.map(({ url }) => url);
  const catalog = {
    document: documentOf('catalog'),
    url: places.length > 1 ? places : places[0],
    ...level.service,
  };
  const accounts = { document: documentOf('accounts'), url: urls.accounts };
  writeFileSync(file, JSON.stringify({ services: { catalog, accounts }, policy: level.policy }));
  const gateway = await startChild('./gateway.ts', { GATEWAY_CONFIG: file });
  const load = new Load(gateway.url);
  await setTimeout(BEFORE);
  const from = performance.now();
  fault.begin(broken);
  await setTimeout(fault.instances > 1 ? DURING_OF_ONE : DURING);
  const to = performance.now();
  heal(broken);
  await setTimeout(AFTER);
  const end = performance.now();
  await load.stop();
  gateway.stop();
  for (const proxy of proxies) await proxy.close();
  rmSync(folder, { recursive: true });
  const arrivals = proxies.flatMap((proxy) => proxy.arrivals).sort((a, b) => a - b);
  return { samples: load.samples, arrivals, from, to, end };
}
