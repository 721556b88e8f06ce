/** The gateway alone: `npm run start:gateway`. */
import { loadGatewayConfig } from '../config/gateway-yaml.ts';
import { readSettings } from '../config/settings.ts';
import { createLog } from '../http/log.ts';
import { run } from '../run.ts';
import { startGateway } from './start.ts';

await run(async () => {
  const { PORT, HOST, LOG_LEVEL, GATEWAY_CONFIG } = readSettings(process.env);
  const config = loadGatewayConfig(GATEWAY_CONFIG, { env: process.env });
  const log = createLog({ level: LOG_LEVEL });
  const gateway = await startGateway({ config, port: PORT, host: HOST, log });
  log.logger.info(
    { url: gateway.url, services: config.services.map(({ name }) => name) },
    'the gateway listens',
  );
  return gateway;
});
