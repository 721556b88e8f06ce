/** What a valid configuration should say differently, for the log at the start, the banner and `linkway check`. */
import { trustProxyWarning } from '../http/server/trust-proxy.ts';
import type { GatewayConfig } from './yaml/gateway-yaml.ts';

export const configWarnings = (config: GatewayConfig): readonly string[] =>
  [trustProxyWarning(config)].filter((warning) => warning !== undefined);
