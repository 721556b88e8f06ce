/**
 * `npm run bench -- security`: what authentication costs. A gateway that checks a known token, its scopes and a rate limit
 * runs beside one that checks nothing, in turn, each slice between two slices of the other. Then each request brings a
 * token that the gateway has never seen. The exit code is 1 when a known token takes more than KNOWN times the CPU, or a
 * new one more than NEW microseconds.
 */
import autocannon from 'autocannon';
import { type Child, startChild } from '../child.ts';
import { median } from '../median.ts';

const KNOWN = 1.05;
const NEW = 200;
const ROUNDS = 15;
const SECONDS = 1;
/** Slices of each before the measurement, so that V8 has optimized the code. */
const WARM_UP = 6;
const CONNECTIONS = 64;
const MEASURED_CORE = 0;
const PATH = '/orders/o1';
/** New tokens of one slice. */
const TOKENS = 32 * CONNECTIONS;

const upstream = await startChild('./upstream.ts', { INSTANCES: '2' });
const issuer = await startChild('./security/issuer.ts', {});
const environment = { ORDERS_URL: upstream.url, ISSUER: issuer.url };
const start = (file: string) =>
  startChild('./gateway.ts', { ...environment, GATEWAY_CONFIG: `./security/${file}` }, MEASURED_CORE);
const open = await start('open.yaml');
const closed = await start('closed.yaml');

const tokens = async (count: number): Promise<string[]> =>
  (await fetch(`${issuer.url}/tokens?count=${count}`)).json() as Promise<string[]>;
const bearer = (token = '') => ({ authorization: `Bearer ${token}` });

/** @returns microseconds of CPU for each request */
async function measure(child: Child, headers: Record<string, string>): Promise<number> {
  const before = await child.meter();
  const { requests, non2xx, errors } = await autocannon({
    url: child.url + PATH,
    connections: CONNECTIONS,
    duration: SECONDS,
    headers,
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx} responses and ${errors} connections failed`);
  return ((await child.meter()) - before) / requests.total;
}

/** The same, where each request has a token of its own. */
async function measureEach(child: Child, all: readonly string[]): Promise<number> {
  let client = 0;
  const share = all.length / CONNECTIONS;
  const before = await child.meter();
  const { non2xx, errors } = await autocannon({
    url: child.url + PATH,
    connections: CONNECTIONS,
    amount: all.length,
    setupClient: (one) => {
      const own = all.slice(client * share, ++client * share);
      one.setRequests(own.map((token) => ({ path: PATH, headers: bearer(token) })));
    },
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx} responses and ${errors} connections failed`);
  return ((await child.meter()) - before) / all.length;
}

const [known] = await tokens(1);
for (let round = 0; round < WARM_UP; round++)
  for (const child of [open, closed]) await measure(child, bearer(known));

const openSlices = [await measure(open, bearer(known))];
const closedSlices: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  closedSlices.push(await measure(closed, bearer(known)));
  openSlices.push(await measure(open, bearer(known)));
}
const news: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const fresh = await tokens(TOKENS);
  const first = await measureEach(closed, fresh);
  // The same tokens again are known.
  news.push(first - (await measureEach(closed, fresh)));
}
for (const child of [open, closed, issuer, upstream]) child.stop();

const paired = closedSlices.map((cpu, round) => {
  const [before = 0, after = 0] = openSlices.slice(round, round + 2);
  return (2 * cpu) / (before + after);
});
const ratio = median(paired);
const added = median(news);
console.table({
  open: { 'CPU a request (µs)': Math.round(median(openSlices) * 10) / 10 },
  'known token, scopes and limit': { 'CPU a request (µs)': Math.round(median(closedSlices) * 10) / 10 },
});
const [least, most] = [Math.min(...paired), Math.max(...paired)].map((value) => value.toFixed(2));
console.log(
  `known token over open gateway: ${ratio.toFixed(3)} (limit ${KNOWN}), rounds ${least} to ${most}; new RS256 token: ${added.toFixed(0)} µs (limit ${NEW})`,
);
process.exitCode = ratio > KNOWN || added > NEW ? 1 : 0;
