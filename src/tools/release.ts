/**
 * `npm run release`: copies the documents of this release to `openapi/released/`, with which later documents are compared.
 * It copies nothing if a document breaks clients without a new major version.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { readSettings } from '../config/settings.ts';
import { loadGatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { hasServiceCode } from '../service/load.ts';
import { diff } from './diff.ts';

/** @returns the exit code */
async function release(configFile: string): Promise<number> {
  const { services } = loadGatewayConfig(configFile, { env: process.env, ignoresMissing: true });
  const documents = services.filter(({ name }) => hasServiceCode(name)).map(({ document }) => document);
  const released = join(dirname(configFile), 'openapi', 'released');
  mkdirSync(released, { recursive: true });
  const keptAs = (document: string) => join(released, basename(document));
  const known = documents.filter((document) => existsSync(keptAs(document)));
  const reports = await Promise.all(known.map((document) => diff.run([keptAs(document), document])));
  process.stdout.write(reports.flatMap(({ lines }) => [...lines, '']).join('\n'));
  if (!reports.every(({ isGood }) => isGood)) return 1;
  const names = new Set(documents.map((document) => basename(document)));
  const gone = readdirSync(released).filter((one) => one.endsWith('.yaml') && !names.has(one));
  for (const name of gone) rmSync(join(released, name));
  for (const document of documents) {
    copyFileSync(document, keptAs(document));
    process.stdout.write(`kept ${relative('', keptAs(document))}\n`);
  }
  return 0;
}

process.exitCode = await release(readSettings(process.env).GATEWAY_CONFIG);
