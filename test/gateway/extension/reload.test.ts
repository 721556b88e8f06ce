/** Steps are loaded again when their files change. A process of its own is needed: jest keeps the texts of modules. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { freePort, startChild } from '../../support/child.ts';
import { eventually } from '../../support/eventually.ts';
import { stepText } from '../../support/step-text.ts';
import { startUpstream } from '../../support/upstream.ts';

const adds = (version: string) => stepText(`{ after(r) { r.setHeader('X-Version', '${version}'); } }`);

const BROKEN = [
  ['a syntax error', 'export default ('],
  ['no default export', 'export const a = 1;'],
  ['a result that is no step', 'export default () => 1;'],
  ['a hook that is no function', 'export default () => ({ before: 1 });'],
  ['an error when it is created', "export default () => { throw new Error('no') };"],
] as const;

it('A changed step is used without a restart, and a broken one leaves the previous one in use', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'steps-'));
  const upstream = await startUpstream();
  const port = await freePort();
  const write = (text: string) => writeFileSync(join(folder, 'step.ts'), text);
  const document = {
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths: { '/pets': { get: { responses: {} } } },
  };
  writeFileSync(join(folder, 'pets.json'), JSON.stringify(document));
  writeFileSync(
    join(folder, 'gateway.yaml'),
    `services: { pets: { document: pets.json, url: "${upstream.url}" } }\nreload: { files: 10ms }\nsteps: [./step.ts]\n`,
  );
  write(adds('1'));
  const child = startChild('src/gateway/main.ts', [], {
    PORT: String(port),
    GATEWAY_CONFIG: join(folder, 'gateway.yaml'),
    DATA_DIR: join(folder, 'data'),
  });
  const get = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { Accept: 'application/json' } });
  const version = async () => (await get('/pets')).headers.get('x-version');
  const status = async () => JSON.stringify(await (await get('/status')).json());
  try {
    await child.says(/listening/);
    expect(await version()).toBe('1');
    let number = 1;
    for (const [fault, text] of BROKEN) {
      write(text);
      await eventually(`a step with ${fault} is rejected`, async () =>
        (await status()).includes('./step.ts'),
      );
      expect(await version()).toBe(String(number));
      number += 1;
      write(adds(String(number)));
      await eventually(`version ${number} is in use`, async () => (await version()) === String(number));
      expect(await status()).not.toContain('./step.ts');
    }
  } finally {
    child.process.kill();
    await child.ended;
    await upstream.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
