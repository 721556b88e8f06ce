/**
 * The part of `check` for `gateway.yaml`: its faults, names that the documents of its services do not have, and warnings
 * about what it should say differently.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { toConfigError } from '../config/config-error.ts';
import { isPlainObject } from '../config/policies/merge-policy.ts';
import { configWarnings } from '../config/warnings.ts';
import { type GatewayConfig, loadGatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { parseText } from '../config/yaml/parse-text.ts';
import { isUrl } from '../config/yaml/source-location.ts';
import { readDocuments } from '../gateway/documents/read-document.ts';
import { compileOperations } from '../gateway/operation.ts';
import { unknownOperations } from '../gateway/rate-limits/applicable.ts';
import { keyFileFaults } from '../gateway/security/key-file-faults.ts';
import { securityFaults, unusedSchemes } from '../gateway/security/security-faults.ts';
import { unenforcedOperations } from '../gateway/security/unenforced-operations.ts';
import { ServerCertificate } from '../http/server/tls/server-certificate.ts';
import { securityWarning } from '../openapi/security.ts';
import type { ServiceDocument } from '../openapi/service-document.ts';
import { readUpstreamTls } from '../outbound/upstream-tls.ts';

export interface CheckedConfig {
  readonly place: string;
  /** One line for each fault. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/** Whether a file configures a gateway, and is no OpenAPI document. */
export function isGatewayConfig(place: string): boolean {
  if (isUrl(place)) return false;
  try {
    const value = parseText(readFileSync(place, 'utf8'), place);
    return isPlainObject(value) && 'services' in value && !('openapi' in value) && !('swagger' in value);
  } catch {
    // Broken texts are checked as documents.
    return false;
  }
}

export async function checkConfig(place: string, env = process.env): Promise<CheckedConfig> {
  try {
    const config = loadGatewayConfig(place, { env });
    const folder = dirname(resolve(place));
    const documents = await readDocuments(config.services, { root: folder });
    const fileFaults = await faultsOfFiles(config, folder);
    return {
      place,
      faults: [
        ...operationFaults(config, documents),
        ...securityFaults(config, documents),
        ...fileFaults.filter((fault) => !isMissing(fault)),
      ],
      warnings: [
        ...configWarnings(config),
        ...securityWarnings(config, documents),
        ...unusedSchemes(config, documents),
        ...fileFaults.filter(isMissing),
      ],
    };
  } catch (error) {
    return { place, faults: toConfigError(error, place).faults, warnings: [] };
  }
}

/** Names of operations in rate limits and steps that no document has. */
function operationFaults(
  { rateLimits, steps = [] }: GatewayConfig,
  documents: readonly ServiceDocument[],
): string[] {
  if (rateLimits === undefined && steps.length === 0) return [];
  const operations = documents.flatMap(({ name, document }) =>
    compileOperations({ service: name, document, reportsReservedPaths: true }),
  );
  return [
    ...unknownOperations(rateLimits?.rules ?? [], operations, () => true),
    ...unknownOperations(steps, operations, () => true, ['steps']),
  ].map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const SILENT = { info() {}, warn() {}, error() {} };

/** Files with secrets may be where the gateway runs, and not where it is checked. */
const isMissing = (fault: string): boolean => fault.includes(': cannot be read');

/** Files that cannot be used, one line for each fault. */
async function faultsOfFiles(config: GatewayConfig, folder: string): Promise<string[]> {
  const { tls, services } = config;
  const checks: (() => unknown)[] = [];
  if (tls !== undefined) checks.push(() => ServerCertificate.load(tls, SILENT));
  for (const service of services) if (service.tlsFiles) checks.push(() => readUpstreamTls(service));
  const results = await Promise.allSettled(checks.map(async (run) => run()));
  return [
    ...keyFileFaults(config, folder),
    ...results.flatMap((result) =>
      result.status === 'rejected' ? toConfigError(result.reason, folder).faults : [],
    ),
  ];
}

const securityWarnings = (config: GatewayConfig, documents: readonly ServiceDocument[]): string[] =>
  documents.flatMap((service) => {
    const open = unenforcedOperations(service, config);
    return open.length === 0 ? [] : [`${service.name}: ${securityWarning(open)}`];
  });

export const configLines = ({ place, faults, warnings }: CheckedConfig): string[] => [
  `${place}: ${faults.length === 0 ? 'no faults' : `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`}`,
  ...faults.map((fault) => `  ${fault}`),
  ...warnings.map((warning) => `  warning: ${warning}`),
];
