/**
 * `npm run lab:availability`: requests an order with its consumer and its restaurant many times, from three services that
 * are each available 99 % of the time. It compares the measured availability with the formula, for each remedy. An
 * argument sets the number of requests, such as `-- 20000`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent } from 'undici';
import { loadGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { startGateway } from '../../src/gateway/start.ts';
import { createLog } from '../../src/observability/log.ts';
import { REMEDIES, type Remedy } from './remedies.ts';
import { type Lab, OUTAGE, startInstance, type Weakness } from './service.ts';

const REQUESTS = Number(process.argv[2] ?? 10_000);
if (!Number.isInteger(REQUESTS) || REQUESTS < 1) {
  console.error('The argument has to be the number of requests, such as: npm run lab:availability -- 20000');
  process.exit(2);
}
const AT_ONCE = 16;
const ORDERS = 50;
const NAMES = ['orders', 'consumers', 'restaurants'];
const WEAKNESSES: readonly Weakness[] = ['blips', 'outages'];
/** The number of standard errors by which a figure may differ from its formula. */
const MAX_STANDARD_ERRORS = 4;

const lab: Lab = { weakness: 'blips', isCalm: true };
const instances = await Promise.all(
  NAMES.map((_, service) => Promise.all([0, 1].map((one) => startInstance(lab, service * 2 + one + 1)))),
);
const log = createLog({ destination: devNull });
const agent = new Agent({ connections: AT_ONCE });
const folder = mkdtempSync(join(tmpdir(), 'lab-'));

/** @returns the share of requests that succeeded */
async function measure(remedy: Remedy, weakness: Weakness): Promise<number> {
  const services = NAMES.map((name, index) => {
    const urls = (instances[index] ?? []).slice(0, remedy.instances).map(({ url }) => url);
    const document = fileURLToPath(import.meta.resolve(`./documents/${name}.yaml`));
    return [name, { document, url: urls.length > 1 ? urls : urls[0], ...remedy.service }];
  });
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, JSON.stringify({ services: Object.fromEntries(services), policy: remedy.policy }));
  const config = loadGatewayConfig(file, { env: {} });
  const gateway = await startGateway({ config, port: 0, host: '127.0.0.1', log });
  const ask = async (n: number): Promise<boolean> => {
    const { statusCode, body } = await agent.request({
      origin: gateway.url,
      method: 'GET',
      path: `/orders/${n % ORDERS}?expand=consumer,restaurant`,
      headers: { 'X-Request-Id': `lab-${n}` },
    });
    const text = await body.text();
    return statusCode === 200 && (remedy.acceptsPartial || !text.includes('"_expandErrors"'));
  };
  Object.assign(lab, { weakness, isCalm: true });
  for (let n = 0; n < ORDERS; n++) await ask(n);
  lab.isCalm = false;
  let successes = 0;
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < REQUESTS) if (await ask(next++)) successes += 1;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  await gateway.close();
  return successes / REQUESTS;
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
let deviations = 0;
const cell = async (remedy: Remedy, weakness: Weakness): Promise<string> => {
  if (process.stderr.isTTY) process.stderr.write(`  ${remedy.name}, ${weakness} …            \r`);
  const measured = await measure(remedy, weakness);
  const { text, value } = remedy.formula(weakness);
  // At least the error of one request, since the formula may have the variance zero.
  const throws = weakness === 'blips' ? REQUESTS : REQUESTS / OUTAGE;
  const error = Math.max(Math.sqrt((value * (1 - value)) / throws), 1 / throws);
  const deviates = Math.abs(measured - value) > MAX_STANDARD_ERRORS * error;
  if (deviates) deviations += 1;
  return `${percent(measured)}  ${text} = ${percent(value)}${deviates ? '  ✗' : ''}`;
};
const rows: Record<string, Record<string, string>> = {};
for (const remedy of REMEDIES) {
  const row: Record<string, string> = {};
  for (const weakness of WEAKNESSES) row[weakness] = await cell(remedy, weakness);
  rows[remedy.name] = row;
}
console.table(rows);
console.log(
  `Each cell has the measured share and the formula. Blips: each response fails independently. Outages: an instance fails ${OUTAGE} requests in a row.`,
);
await agent.destroy();
for (const instance of instances.flat()) await instance.close();
rmSync(folder, { recursive: true });
process.exitCode = deviations === 0 ? 0 : 1;
