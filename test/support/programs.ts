/** Programs that some machines have. Their tests are skipped visibly without them; with REQUIRE_ALL=1 they fail. */
import { execFile, spawnSync } from 'node:child_process';
import { it } from '@jest/globals';

const found = (name: string, flag: string): boolean => {
  const isThere = spawnSync(name, [flag]).status === 0;
  if (!isThere && process.env.REQUIRE_ALL === '1') throw new Error(`REQUIRE_ALL=1, and there is no ${name}`);
  return isThere;
};

export const itWithOpenssl = found('openssl', 'version') ? it : it.skip;
export const itWithCurl = found('curl', '--version') ? it : it.skip;

/** @returns everything that the program has written, whatever its status */
export const outputOf = (name: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const child = execFile(name, args, { timeout: 20_000 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
    child.stdin?.end();
  });
