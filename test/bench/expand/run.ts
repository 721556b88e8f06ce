/**
 * `npm run bench -- expand`: gets a page of 20 orders with their 10 consumers in five ways from the same services,
 * which take 5 ms for each response. The ways run in turn with the same client, so that a busy machine slows all of
 * them. The exit code is 1 when the expanded page takes more than TIME_LIMIT times as long as the same two calls by
 * hand, or at least as much CPU as parallel calls or a GraphQL gateway.
 */
import { deepStrictEqual } from 'node:assert';
import { startChild } from '../child.ts';
import { median } from '../median.ts';
import { Contender, type Slice } from './contender.ts';
import {
  byHand,
  expanded,
  graphql,
  inParallel,
  inSequence,
  type OrderWithConsumer,
  type Way,
} from './ways.ts';

const TIME_LIMIT = 1.2;
const WARM_UP = 2;
const ROUNDS = 7;

const upstream = await startChild('./expand/upstream.ts', {});
const contenders: Contender[] = [];
for (const way of [expanded, inSequence, inParallel, byHand, graphql])
  contenders.push(await Contender.start(way, upstream));

/** The page without links and other members that GraphQL cannot express. */
const state = (page: readonly OrderWithConsumer[]): unknown =>
  JSON.parse(JSON.stringify(page, (name, value) => (name.startsWith('_') ? undefined : value)));
const [whole, ...others] = await Promise.all(
  contenders.map(async ({ way, client }) => state(await way.get(client))),
);
for (const other of others) deepStrictEqual(other, whole);

// V8 optimizes the code first.
for (let round = 0; round < WARM_UP; round++) for (const contender of contenders) await contender.measure();

const slices = new Map<Way, Slice[]>(contenders.map(({ way }) => [way, []]));
for (let round = 0; round < ROUNDS; round++)
  for (const contender of contenders) slices.get(contender.way)?.push(await contender.measure());
for (const contender of contenders) await contender.stop();
upstream.stop();

const time = (way: Way): number => median(slices.get(way)?.flatMap(({ times }) => times) ?? []);
const cpu = (way: Way): number => median(slices.get(way)?.map((slice) => slice.cpu) ?? []);
console.table(
  Object.fromEntries(
    [...slices.keys()].map((way) => [
      way.title,
      {
        'ms a page (p50)': Number(time(way).toFixed(1)),
        'CPU a page (µs)': Math.round(cpu(way)),
        'calls to services': way.calls,
      },
    ]),
  ),
);
const slower = time(expanded) / time(byHand);
const [ofParallel, ofGraphql] = [cpu(expanded) / cpu(inParallel), cpu(expanded) / cpu(graphql)];
console.log(`Time, expanded over (c): ${slower.toFixed(2)} (limit ${TIME_LIMIT})`);
console.log(`CPU, expanded over (b): ${ofParallel.toFixed(2)}, over (d): ${ofGraphql.toFixed(2)} (below 1)`);
process.exitCode = slower > TIME_LIMIT || ofParallel >= 1 || ofGraphql >= 1 ? 1 : 0;
