/**
 * Writes what follows from the contracts and from `gateway.yaml`: the documents under `openapi/` and requests to
 * send from an editor, the schema for editors, the state diagrams of the services' READMEs, and what runs it all in containers: `npm run openapi`. With
 * `--check` it writes nothing and ends with 1 when one of them is stale.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { stringify } from 'yaml';
import { orOneLine } from '../config/exit-on-config-error.ts';
import { readSettings } from '../config/settings.ts';
import { editorSchema } from '../config/yaml/editor-schema.ts';
import { loadGatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { ContractFault } from '../contract/contract-fault.ts';
import { contractDocument } from '../contract/document/document.ts';
import { httpFile } from '../contract/document/http-file.ts';
import { liftDocuments } from '../gateway/documents/mark-lifted.ts';
import { readDocument } from '../gateway/documents/read-document.ts';
import { withDiagrams } from '../hypermedia/affordances/state-diagram.ts';
import { describeAvailability } from '../hypermedia/affordances/transitions.ts';
import { formats } from '../hypermedia/formats/index.ts';
import { mergeDocuments } from '../openapi/merge/merge.ts';
import { isHere, loadService, SERVICES } from '../service/load.ts';
import type { Service } from '../service/service.ts';
import { disagreements } from './contract-agreement.ts';
import { deploymentFiles } from './manifests/files.ts';

interface DocumentFile {
  readonly path: string;
  /** Undefined where there is to be none. */
  readonly text: string | undefined;
}

/**
 * Every document that is made here; those of services without code are theirs, and only merged.
 * @throws ContractFault with a line for each schema that its document does not say as it is
 */
export async function documentFiles(configFile: string): Promise<DocumentFile[]> {
  const config = loadGatewayConfig(configFile, { env: process.env });
  const { services } = config;
  const made: DocumentFile[] = [];
  const documents = [];
  const faults: string[] = [];
  for (const service of services) {
    const { name, document: path } = service;
    const document = isHere(name)
      ? documentOf(await loadService(name), faults)
      : await readDocument(service, { onIdle: warn, root: dirname(configFile) });
    if (document === undefined) continue;
    documents.push({ name, document });
    if (!isHere(name)) continue;
    const requests = join(dirname(configFile), REQUESTS, `${name}.http`);
    made.push({ path, text: write(document) }, await readmeOf(name));
    made.push({ path: requests, text: httpFile(document, PUBLIC) });
  }
  if (faults.length > 0) throw new ContractFault(faults);
  const root = dirname(configFile);
  const folder = join(root, 'openapi');
  return [
    ...made,
    ...goneFrom(join(root, REQUESTS), made),
    { path: join(folder, 'gateway.yaml'), text: write(mergeDocuments(liftDocuments(documents))) },
    { path: join(folder, 'gateway.schema.json'), text: `${JSON.stringify(editorSchema(), null, 2)}\n` },
    ...[...(await deploymentFiles(root, config))].map(([path, text]) => ({ path, text })),
  ];
}

/** Where `npm start` listens. */
const PUBLIC = 'http://localhost:8080';
const REQUESTS = 'openapi/http';

/** Files in a folder of services that have gone. */
function goneFrom(folder: string, made: readonly DocumentFile[]): DocumentFile[] {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder).map((name) => join(folder, name));
  return paths
    .filter((path) => !made.some((one) => one.path === path))
    .map((path) => ({ path, text: undefined }));
}

const warn = (message: string) => process.stderr.write(`linkway: ${message}\n`);

/** @param faults what is wrong with a contract is added to them, so that all is told at once */
function documentOf({ contract, affordances }: Service, faults: string[]): OpenAPIObject | undefined {
  try {
    const document = contractDocument(describeAvailability(contract, affordances), formats);
    faults.push(...disagreements(contract, document));
    return document;
  } catch (error) {
    if (!(error instanceof ContractFault)) throw error;
    faults.push(...error.lines);
    return undefined;
  }
}

/** With the state diagrams of the service's transition tables. */
async function readmeOf(name: string): Promise<DocumentFile> {
  const path = fileURLToPath(new URL(`${name}/README.md`, SERVICES));
  return { path, text: withDiagrams(readFileSync(path, 'utf8'), (await loadService(name)).affordances) };
}

const HEADER = '# Made by `npm run openapi` from the contracts. Not edited by hand.\n';

const write = (document: unknown): string =>
  HEADER + stringify(document, { aliasDuplicateObjects: false, lineWidth: 110 });

const isStale = ({ path, text }: DocumentFile): boolean => {
  try {
    return readFileSync(path, 'utf8') !== text;
  } catch {
    return text !== undefined;
  }
};

async function main(check: boolean): Promise<void> {
  const stale = (await documentFiles(readSettings(process.env).GATEWAY_CONFIG)).filter(isStale);
  for (const { path, text } of stale) {
    process.stdout.write(`${check ? 'stale: ' : ''}${relative('', path)}\n`);
    if (check) continue;
    if (text === undefined) rmSync(path);
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
  if (check && stale.length > 0) {
    process.stderr.write('linkway: the documents are older than the contracts; run npm run openapi\n');
    process.exitCode = 1;
  }
}

if (import.meta.main) await orOneLine(() => main(process.argv.includes('--check')));
