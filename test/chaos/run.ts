/**
 * `npm run chaos`: injects faults between a gateway and a service, one after the other, while a known mix of requests
 * arrives at an even rate. Each fault runs with more and more of the policies on. Names of faults as arguments, such as
 * `-- refused hanging`, select the faults. The exit code is 1 when a promise is broken with all policies on.
 */
import { styleText } from 'node:util';
import { FAULTS, type Fault } from './faults.ts';
import { type Figures, figuresOf } from './figures.ts';
import { LEVELS } from './levels.ts';
import { promisesOf } from './promises.ts';
import { millisecondsOf, play } from './scenario.ts';
import { startAccounts, startCatalog } from './services.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !FAULTS.some((fault) => fault.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no fault ${unknown.join(', ')}; there are ${FAULTS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}
const faults = FAULTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const minutes = faults.reduce((sum, fault) => sum + millisecondsOf(fault) * LEVELS.length, 0) / 60_000;
console.log(`${faults.length} faults at ${LEVELS.length} levels take about ${Math.ceil(minutes)} min.`);

const [catalog, accounts] = [await startCatalog(), await startAccounts()];
const urls = { catalog: catalog.url, accounts: accounts.url };

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const row = ({
  availability,
  p99,
  longest,
  load,
  loadAfter,
  cachedAvailability,
  othersAvailability,
}: Figures) => ({
  available: percent(availability),
  'p99 ms': Math.round(p99),
  'longest ms': Math.round(longest),
  'load on the service': `${load.toFixed(2)} ×`,
  'after, at most': `${loadAfter.toFixed(2)} ×`,
  'cached GETs': percent(cachedAvailability),
  'other requests': percent(othersAvailability),
});

let broken = 0;
const report = async (fault: Fault): Promise<void> => {
  console.log(`\n${styleText('bold', fault.name)}: ${fault.what}`);
  const rows: Record<string, ReturnType<typeof row>> = {};
  let figures: Figures | undefined;
  for (const level of LEVELS) {
    if (process.stderr.isTTY) process.stderr.write(`  ${level.name} …\r`);
    figures = figuresOf(await play(fault, level, urls));
    rows[level.name] = row(figures);
  }
  console.table(rows);
  const { whatFailed = [] } = figures ?? {};
  if (whatFailed.length > 0) console.log(`  failed with all policies on: ${whatFailed.join(', ')}`);
  for (const [promise, figure, isMet] of figures ? promisesOf(fault, figures) : []) {
    if (!isMet) broken += 1;
    console.log(`  ${isMet ? styleText('green', '✓') : styleText('red', '✗')} ${promise}: ${figure}`);
  }
};
for (const fault of faults) await report(fault);
await catalog.close();
await accounts.close();
console.log(
  broken === 0 ? '\nWith all policies on, every promise is met.' : `\n${broken} promises are broken.`,
);
process.exitCode = broken === 0 ? 0 : 1;
