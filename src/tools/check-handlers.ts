/**
 * `npm run check:handlers`: lists the operations of the contracts without a handler, and the file for each. Exits with 1 if
 * there are any.
 */

import { exitOnConfigError } from '../config/exit-on-config-error.ts';
import { readSettings } from '../config/settings.ts';
import { loadGatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { hasServiceCode, loadService } from '../service/load.ts';
import { missingHandlers } from '../service/missing-handlers.ts';
import { words } from './scaffold/words.ts';

async function main(): Promise<void> {
  const { services } = loadGatewayConfig(readSettings(process.env).GATEWAY_CONFIG, {
    env: process.env,
    ignoresMissing: true,
  });
  for (const { name } of services.filter((one) => hasServiceCode(one.name)))
    for (const { operationId, method, path } of missingHandlers(await loadService(name))) {
      const file = `services/${name}/handlers/${words.split(operationId).join('-')}.ts`;
      process.stderr.write(
        `linkway: ${operationId} (${method.toUpperCase()} ${path}) has no handler: write ${file} and register it in services/${name}/main.ts\n`,
      );
      process.exitCode = 1;
    }
}

await exitOnConfigError(main);
