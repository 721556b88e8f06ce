/** The current `gateway.yaml`, or the last known good one if the current one is invalid. */
import { ConfigError } from './config-error.ts';
import type { ConfigFile, GatewayConfig } from './yaml/gateway-yaml.ts';

export interface CurrentConfig {
  readonly config: GatewayConfig;
  readonly text: string;
  /** The faults of the current file, if the last known good one is in use. */
  readonly error?: ConfigError;
}

/** @throws ConfigError when the file is invalid and no valid one is known */
export function currentConfig(file: ConfigFile, lastGood: string | undefined): CurrentConfig {
  try {
    const text = file.text();
    return { text, config: file.parse(text) };
  } catch (error) {
    if (!(error instanceof ConfigError) || lastGood === undefined) throw error;
    return { text: lastGood, config: parsed(file, lastGood, error), error };
  }
}

function parsed(file: ConfigFile, text: string, error: ConfigError): GatewayConfig {
  try {
    return file.parse(text);
  } catch {
    throw error;
  }
}
