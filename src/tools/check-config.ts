/** Checks a `gateway.yaml`: its keys, and the operations that it names in the documents of its services. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { toConfigError } from '../config/config-error.ts';
import { loadGatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { parseText } from '../config/yaml/parse-text.ts';
import { isUrl } from '../config/yaml/source-location.ts';
import { readDocuments } from '../gateway/documents/read-document.ts';
import { compileOperations } from '../gateway/operation.ts';
import { unknownOperations } from '../gateway/rate-limits/applicable.ts';
import type { DocumentFault } from '../openapi/load/document-fault.ts';
import { isObject } from '../openapi/load/grammar.ts';

export interface CheckedConfig {
  readonly place: string;
  readonly operations: number;
  readonly faults: readonly DocumentFault[];
}

/** Whether a file is a configuration and not an OpenAPI document. A file that cannot be read is neither. */
export function isGatewayConfig(place: string): boolean {
  if (isUrl(place)) return false;
  try {
    const value: unknown = parseText(readFileSync(place, 'utf8'), place);
    return isObject(value) && 'services' in value && !('openapi' in value || 'swagger' in value);
  } catch {
    return false;
  }
}

export async function checkConfig(place: string): Promise<CheckedConfig> {
  try {
    const { services, rateLimits } = loadGatewayConfig(place, { env: process.env });
    const documents = await readDocuments(services, { root: dirname(resolve(place)) });
    const operations = documents.flatMap(({ name, document }) =>
      compileOperations({ service: name, document, reportsReservedPaths: true }),
    );
    const unknown = unknownOperations(rateLimits?.rules ?? [], operations, () => true);
    const faults = unknown.map(({ path, message }) => ({ pointer: `#/${path.join('/')}`, reason: message }));
    return { place, operations: operations.length, faults };
  } catch (error) {
    const { faults } = toConfigError(error, place);
    return { place, operations: 0, faults: faults.map((reason) => ({ pointer: '#', reason })) };
  }
}
