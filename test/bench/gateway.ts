/** The gateway with all defaults. Its log is written to the null device. */
import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';
import { loadGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { startGateway } from '../../src/gateway/start.ts';
import { createLog } from '../../src/observability/log.ts';
import { reportTo } from './child.ts';

const file = fileURLToPath(import.meta.resolve(process.env.GATEWAY_CONFIG ?? ''));
const config = loadGatewayConfig(file, { env: process.env });
const log = createLog({ destination: devNull });
const { url } = await startGateway({ config, port: 0, host: '127.0.0.1', log });
reportTo(process, url);
