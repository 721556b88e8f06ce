/** Starts a gateway for a document, sends one request, and prints the time since the start of the process. */
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';
import { startGateway } from '../../../src/gateway/start.ts';
import { createLog } from '../../../src/observability/log.ts';

const [file = '', path = '/'] = process.argv.slice(2);
const yaml = `services: { it: { document: ${JSON.stringify(file)}, url: "${process.env.UPSTREAM}" } }`;
const config = parseGatewayConfig(yaml, '/gateway.yaml');
const log = createLog({ level: 'silent' });
const gateway = await startGateway({ config, port: 0, host: '127.0.0.1', log });
const response = await fetch(gateway.url + path);
await response.arrayBuffer();
const { rss } = process.memoryUsage();
process.stdout.write(
  JSON.stringify({ status: response.status, ms: process.uptime() * 1000, megabytes: rss / 1e6 }),
);
await gateway.close();
