/** `gateway.yaml` as it is now, or, where that is broken, as it was when it was good. */
import { ConfigError } from './config-error.ts';
import type { ConfigFile, GatewayConfig } from './yaml/gateway-yaml.ts';

export interface CurrentConfig {
  readonly config: GatewayConfig;
  readonly text: string;
  /** Why it is not the newest. */
  readonly error?: ConfigError;
}

/** @throws ConfigError where nothing was ever good */
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
