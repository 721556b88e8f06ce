/**
 * `npm run bench`: the cost of the gateway compared with a minimal proxy, the floor. The gateway runs with two
 * health-checked instances, policies, log and metrics, without the cache. Both have the same upstream and run in turn,
 * each slice of the gateway between two slices of the floor, so that a busy machine slows both. The exit code is 1 when
 * the gateway takes more than LIMIT times the CPU of the floor per request.
 */
import autocannon from 'autocannon';
import { type Child, startChild } from './child.ts';
import { median } from './median.ts';

const LIMIT = 1.5;
const ROUNDS = 15;
const SECONDS = 1;
/** Slices of each before the measurement, so that V8 has optimized the code. */
const WARM_UP = 6;
const CONNECTIONS = 64;
const MEASURED_CORE = 0;
const PATH = '/orders/o1';

interface Slice {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Microseconds per request. */
  readonly cpu: number;
}

const measure = async (child: Child): Promise<Slice> => {
  const before = await child.meter();
  const { requests, latency, non2xx, errors } = await autocannon({
    url: child.url + PATH,
    connections: CONNECTIONS,
    duration: SECONDS,
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx} responses and ${errors} connections failed`);
  const cpu = ((await child.meter()) - before) / requests.total;
  return { requestsPerSecond: requests.average, p50: latency.p50, p99: latency.p99, cpu };
};

const summary = (slices: readonly Slice[]): Slice => ({
  requestsPerSecond: Math.round(median(slices.map((slice) => slice.requestsPerSecond))),
  p50: median(slices.map((slice) => slice.p50)),
  p99: median(slices.map((slice) => slice.p99)),
  cpu: Math.round(median(slices.map((slice) => slice.cpu)) * 10) / 10,
});

const upstream = await startChild('./upstream.ts', { INSTANCES: '2' });
const floor = await startChild('./floor.ts', { UPSTREAM: upstream.url.split(',')[0] ?? '' }, MEASURED_CORE);
const environment = { GATEWAY_CONFIG: './forward.yaml', ORDERS_URL: upstream.url };
const gateway = await startChild('./gateway.ts', environment, MEASURED_CORE);

for (let round = 0; round < WARM_UP; round++) for (const child of [floor, gateway]) await measure(child);

const floorSlices = [await measure(floor)];
const gatewaySlices: Slice[] = [];
for (let round = 0; round < ROUNDS; round++) {
  gatewaySlices.push(await measure(gateway));
  floorSlices.push(await measure(floor));
}
for (const child of [gateway, floor, upstream]) child.stop();

const result = { floor: summary(floorSlices), gateway: summary(gatewaySlices) };
console.table(result);
/** Each slice is compared with the two slices of the floor around it, so that slow periods of the machine affect both. */
const paired = gatewaySlices.map(({ cpu }, round) => {
  const [before, after] = floorSlices.slice(round, round + 2);
  return (2 * cpu) / ((before?.cpu ?? 0) + (after?.cpu ?? 0));
});
const ratio = median(paired);
const [least, most] = [Math.min(...paired), Math.max(...paired)].map((value) => value.toFixed(2));
console.log(
  `CPU a request, gateway over floor: ${ratio.toFixed(2)} (limit ${LIMIT}), rounds ${least} to ${most}`,
);
process.exitCode = ratio > LIMIT ? 1 : 0;
