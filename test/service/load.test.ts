/** Services are found by the name of their folder. */
import { readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/config-error.ts';
import { hasServiceCode, loadService, SERVICES } from '../../src/service/load.ts';

const names = readdirSync(SERVICES, { withFileTypes: true }).flatMap((one) =>
  one.isDirectory() ? one.name : [],
);

it('Each service of the project is loaded by its name', async () => {
  expect(names).not.toEqual([]);
  for (const name of names) {
    expect(hasServiceCode(name)).toBe(true);
    expect((await loadService(name)).contract.service).toBe(name);
  }
});

it.each(['nothing', '..', '', 'nothing/main.ts'])(
  'A service named "%s" does not exist and cannot be started',
  async (name) => {
    expect(hasServiceCode(name)).toBe(false);
    const error = await loadService(name).catch((reason) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(`services/${name}/main.ts does not exist`);
  },
);
