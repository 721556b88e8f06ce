/** The part of `check` for `gateway.yaml`: its faults, and warnings about what it should say differently. */
import { readFileSync } from 'node:fs';
import { toConfigError } from '../config/config-error.ts';
import { isPlainObject } from '../config/policies/merge-policy.ts';
import { configWarnings } from '../config/warnings.ts';
import { loadGatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { parseText } from '../config/yaml/parse-text.ts';
import { isUrl } from '../config/yaml/source-location.ts';

export interface CheckedConfig {
  readonly place: string;
  /** One line for each fault, with file and line. */
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

export function checkConfig(place: string, env = process.env): CheckedConfig {
  try {
    return { place, faults: [], warnings: configWarnings(loadGatewayConfig(place, { env })) };
  } catch (error) {
    return { place, faults: toConfigError(error, place).faults, warnings: [] };
  }
}

export const configLines = ({ place, faults, warnings }: CheckedConfig): string[] => [
  `${place}: ${faults.length === 0 ? 'no faults' : `${faults.length} faults`}`,
  ...faults.map((fault) => `  ${fault}`),
  ...warnings.map((warning) => `  warning: ${warning}`),
];
