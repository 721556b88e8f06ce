/** Starts the gateway without the services: `npm run start:gateway`. */

import { LastKnownGood } from '../config/last-known-good.ts';
import { readSettings } from '../config/settings.ts';
import { configFile } from '../config/yaml/gateway-yaml.ts';
import { createLog } from '../observability/log.ts';
import { startTracing } from '../observability/start-tracing.ts';
import { run } from '../run.ts';
import { banner } from './banner.ts';
import { resolveLinkway } from './extension/resolve-linkway.ts';
import { startGateway } from './start.ts';

resolveLinkway();
await run(async () => {
  const settings = readSettings(process.env);
  const { PORT, HOST, LOG_LEVEL, GATEWAY_CONFIG, DATA_DIR } = settings;
  await startTracing(settings, 'gateway');
  const log = createLog({ level: LOG_LEVEL });
  const gateway = await startGateway({
    config: configFile(GATEWAY_CONFIG, { env: process.env }),
    lastGood: new LastKnownGood(DATA_DIR, (message) => log.logger.warn(message)),
    port: PORT,
    host: HOST,
    log,
  });
  process.stdout.write(banner({ ...gateway, warnings: [...gateway.warnings, ...gateway.unenforced] }));
  log.logger.info({ url: gateway.url, adminUrl: gateway.adminUrl }, 'the gateway is listening');
  return gateway;
});
