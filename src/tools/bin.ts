#!/usr/bin/env node
/**
 * The command `linkway` of the package. It checks the version of Node before anything is loaded that an older one cannot
 * read, so it uses nothing new itself.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { engines } = require('../../package.json') as { engines: { node: string } };
const needed = engines.node.replace('>=', '');

/** Compares the two first numbers of the versions. */
function isOlder(version: string, other: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major === otherMajor ? minor < otherMinor : major < otherMajor;
}

if (isOlder(process.versions.node, needed)) {
  process.stderr.write(`linkway: needs Node ${needed} or newer, and this is Node ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  import('./linkway.ts').then(async ({ main }) => {
    process.exitCode = await main(process.argv.slice(2));
  });
}
