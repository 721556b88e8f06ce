/** `npm run start:secure` as a process: its banner, the requests that it suggests, and its end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { startChild } from '../support/child.ts';
import { itWithCurl, outputOf } from '../support/programs.ts';
import { describeSamples } from '../support/samples.ts';

describeSamples('`npm run start:secure`', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  itWithCurl(
    'Is closed, prints commands that get a token and use it, and ends with 0 on Ctrl-C',
    async () => {
      const env = { PORT: '0', PROVIDER_PORT: '0', DATA_DIR: join(folder, 'data') };
      const child = startChild('src/tools/secure/main.ts', [], env);
      await child.says(/Ctrl-C/);
      const { stdout } = child.output;
      for (const name of ['Anna', 'Kira', 'Max']) expect(stdout).toContain(name);
      expect(stdout).not.toContain('The sample is open');

      const [token = '', use = ''] = stdout
        .split('\n')
        .flatMap((line) => /^ {4}((?:TOKEN=|curl ).*)/.exec(line)?.[1] ?? []);
      const resource = await outputOf('sh', ['-c', `${token}\n${use}`]);
      expect(JSON.parse(resource)._links.self.href).toContain('/orders');
      const refused = await outputOf('sh', ['-c', use]);
      expect(JSON.parse(refused)).toMatchObject({ status: 401, _links: { 'sign-in': {} } });

      child.process.kill('SIGINT');
      expect(await child.ended).toBe(0);
      expect(child.output.stderr).toBe('');
    },
    60_000,
  );
});
