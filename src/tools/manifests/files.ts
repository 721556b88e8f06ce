/** What is deployed, as files: made from `gateway.yaml`, so that a service that comes or goes does so here too. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import { composeOf } from './compose.ts';
import { manifestsOf } from './kubernetes.ts';
import { deploymentOf } from './part.ts';

const COMPOSE = 'compose.yaml';
const KUBERNETES = 'deploy/kubernetes';

const HEADER = '# Made by `npm run openapi` from gateway.yaml. What is different for you goes';
const OVERRIDE = `${HEADER} into compose.override.yaml.\n`;
const OVERLAY = `${HEADER} into a kustomize overlay.\n`;

const write = (document: object): string =>
  stringify(document, { aliasDuplicateObjects: false, lineWidth: 110 });

/**
 * @param root of the project
 * @returns the text of each file by its path; undefined for one that is of a service that has gone
 */
export async function deploymentFiles(
  root: string,
  config: GatewayConfig,
): Promise<Map<string, string | undefined>> {
  const deployment = await deploymentOf(config);
  const folder = join(root, KUBERNETES);
  const files = new Map<string, string | undefined>(
    (existsSync(folder) ? readdirSync(folder) : []).map((name) => [join(folder, name), undefined]),
  );
  for (const [name, documents] of manifestsOf(deployment))
    files.set(join(folder, name), OVERLAY + documents.map(write).join('---\n'));
  files.set(join(root, COMPOSE), OVERRIDE + write(composeOf(deployment)));
  return files;
}
