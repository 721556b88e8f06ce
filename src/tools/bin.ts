#!/usr/bin/env node
/**
 * The command `linkway` of the package. It checks the version of Node before anything is loaded that an older one cannot
 * read, so it uses nothing new itself.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { engines } = require('../../package.json') as { engines: { node: string } };
const needed = engines.node.replace('>=', '');

if (Number.parseInt(process.versions.node, 10) < Number(needed)) {
  process.stderr.write(`linkway: needs Node ${needed} or newer, and this is Node ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  import('./linkway.ts').then(async ({ main }) => {
    process.exitCode = await main(process.argv.slice(2));
  });
}
