/**
 * `npm run bench -- documents`: the time from the start of the process to the first response with large documents, and
 * the cost of a route lookup among 10,000 operations compared with 20. The exit code is 1 above a limit.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../../../package.json' with { type: 'json' };
import { compileOperations } from '../../../src/gateway/operation.ts';
import { createRouter } from '../../../src/gateway/routing/router.ts';
import { CORPUS } from '../../support/corpus-folder.ts';
import { startChild } from '../child.ts';
import { median } from '../median.ts';
import { generate } from './generate.ts';

const STARTS = 5;
const ROUTING_LIMIT = 1.1;

interface Case {
  readonly name: string;
  readonly file: string;
  readonly path: string;
  readonly mostMs: number;
  readonly mostMegabytes: number;
}

const folder = mkdtempSync(join(tmpdir(), 'linkway-bench-'));
const big = join(folder, 'big.json');
writeFileSync(big, JSON.stringify(generate(1223, 12_500_000)));
const cases: Case[] = [
  {
    name: '1 MB (DigitalOcean, 290 operations)',
    file: resolve(CORPUS, '30-digitalocean.json'),
    path: '/v2/account',
    mostMs: 1000,
    mostMegabytes: 400,
  },
  {
    name: '13 MB (made, 1,223 operations)',
    file: big,
    path: '/things000007',
    mostMs: 3000,
    mostMegabytes: 400,
  },
].filter(({ file }) => existsSync(file));

const upstream = await startChild('./upstream.ts', {});
const start = (one: Case): { status: number; ms: number; megabytes: number } => {
  const script = fileURLToPath(import.meta.resolve('./start.ts'));
  // The flags of the start scripts.
  const flags = manifest.scripts['start:gateway'].match(/--\S+/g) ?? [];
  const env = { ...process.env, UPSTREAM: upstream.url, NODE_COMPILE_CACHE: join(folder, 'compile') };
  return JSON.parse(
    execFileSync(process.execPath, [...flags, script, one.file, one.path], { env, encoding: 'utf8' }),
  );
};
const results = cases.map((one) => {
  const starts = Array.from({ length: STARTS }, () => start(one));
  const wrong = starts.find(({ status }) => status !== 200);
  if (wrong) throw new Error(`${one.name}: the status of the first response is ${wrong.status}`);
  return {
    one,
    ms: Math.round(median(starts.map(({ ms }) => ms))),
    megabytes: Math.round(median(starts.map(({ megabytes }) => megabytes))),
  };
});
upstream.stop();
rmSync(folder, { recursive: true });

console.table(
  Object.fromEntries(
    results.map(({ one, ms, megabytes }) => [
      one.name,
      {
        'ms to first response': ms,
        limit: one.mostMs,
        'memory (MB)': megabytes,
        'memory limit': one.mostMegabytes,
      },
    ]),
  ),
);

const thing = (n: number) => `/things${String(n).padStart(6, '0')}`;

const LOOKUPS = 200_000;
const ROUNDS = 9;
const router = (operations: number) =>
  createRouter(compileOperations({ service: 'it', document: generate(operations) }));
/** Nanoseconds per lookup, for ten operations from the whole document in turn. */
const measureLookup = (operations: number) => {
  const routes = router(operations);
  const step = Math.floor(operations / 4 / 5) || 1;
  const paths = [0, 1, 2, 3, 4].flatMap((n) => [thing(n * step), `${thing(n * step)}/some-id?x=1`]);
  return () => {
    const began = process.hrtime.bigint();
    for (let n = 0; n < LOOKUPS; n++) routes.find('GET', paths[n % paths.length] as string);
    return Number(process.hrtime.bigint() - began) / LOOKUPS;
  };
};
const [few, many] = [measureLookup(20), measureLookup(10_000)];
for (const warm of [few, many]) warm();
const pairs = Array.from({ length: ROUNDS }, () => [few(), many()] as const);
const ratio = median(pairs.map(([a, b]) => b / a));
console.log(
  `Routing: ${Math.round(median(pairs.map(([a]) => a)))} ns among 20 operations, ${Math.round(median(pairs.map(([, b]) => b)))} ns among 10,000: ${ratio.toFixed(2)} (limit ${ROUTING_LIMIT})`,
);
const isOver = results.some(({ one, ms, megabytes }) => ms > one.mostMs || megabytes > one.mostMegabytes);
process.exitCode = isOver || ratio > ROUTING_LIMIT ? 1 : 0;
