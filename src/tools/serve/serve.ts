/** `serve`: runs a gateway before the APIs that the command line or a `gateway.yaml` names, without any other file. */
import { accessSync, constants } from 'node:fs';
import { ConfigError } from '../../config/config-error.ts';
import { LastKnownGood } from '../../config/last-known-good.ts';
import { type Environment, readSettings } from '../../config/settings.ts';
import {
  type ConfigFile,
  configFile,
  type GatewayConfig,
  parseGatewayConfig,
} from '../../config/yaml/gateway-yaml.ts';
import { isUrl } from '../../config/yaml/source-location.ts';
import { banner } from '../../gateway/banner.ts';
import { resolveLinkway } from '../../gateway/extension/resolve-linkway.ts';
import { readSource } from '../../gateway/reload/read-source.ts';
import { startGateway } from '../../gateway/start.ts';
import { createLog } from '../../observability/log.ts';
import { startTracing } from '../../observability/start-tracing.ts';
import { run } from '../../run.ts';
import { type Arguments, checkOptions, textOf, textsOf } from '../arguments.ts';
import { serveHelp } from './help.ts';
import { type NamedService, namedServices } from './services.ts';

const OPTIONS = ['config', 'host', 'mock', 'port', 'service', 'upstream'];

/**
 * @returns 0 for the help, undefined while the gateway runs
 * @throws ConfigError for wrong usage; other faults end the process with 1
 */
export async function serve(given: Arguments, env: Environment): Promise<number | undefined> {
  if (given.values.help === true) {
    process.stdout.write(serveHelp());
    return 0;
  }
  const { services, config, port, host } = usageOf(given);
  resolveLinkway();
  await run(async () => {
    const settings = readSettings({ ...env, ...(port && { PORT: port }), ...(host && { HOST: host }) });
    await startTracing(settings, 'gateway');
    const log = createLog({ level: settings.LOG_LEVEL });
    const gateway = await startGateway({
      config: services
        ? await configOf(services, env)
        : fileOf(config ?? settings.GATEWAY_CONFIG, config !== undefined, env),
      // A command that runs in any folder leaves no files there unasked.
      lastGood: env.DATA_DIR
        ? new LastKnownGood(settings.DATA_DIR, (message) => log.logger.warn(message))
        : undefined,
      port: settings.PORT,
      host: settings.HOST,
      log,
      names: { port: '--port', host: '--host' },
    });
    process.stdout.write(banner(gateway));
    log.logger.info({ url: gateway.url, adminUrl: gateway.adminUrl }, 'the gateway is listening');
    return gateway;
  });
  return undefined;
}

interface Usage {
  /** Undefined if `gateway.yaml` names them. */
  readonly services: readonly NamedService[] | undefined;
  readonly config: string | undefined;
  readonly port: string | undefined;
  readonly host: string | undefined;
}

/** @throws ConfigError for wrong usage */
function usageOf(given: Arguments): Usage {
  checkOptions(given, OPTIONS);
  const { values, positionals } = given;
  const [, ...documents] = positionals;
  const config = textOf('config', values.config);
  const port = textOf('port', values.port);
  const host = textOf('host', values.host);
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
    throw new ConfigError(`--port: expected a number from 0 to 65535, got ${port}`);
  const upstreams = textsOf('upstream', values.upstream);
  const services = textsOf('service', values.service);
  const isMock = values.mock === true;
  const isNamed = documents.length + upstreams.length + services.length > 0 || isMock;
  if (isNamed && config !== undefined)
    throw new ConfigError('--config: names the services itself; leave it out, or the documents');
  if (isMock && documents.length + services.length === 0)
    throw new ConfigError('--mock: expected at least one OpenAPI document');
  return {
    services: isNamed ? namedServices({ documents, upstreams, services, isMock }, process.cwd()) : undefined,
    config,
    port,
    host,
  };
}

/** @throws ConfigError if the file cannot be read */
function fileOf(path: string, isNamed: boolean, env: Environment): ConfigFile {
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw new ConfigError(
      isNamed
        ? `${path}: cannot be read; name another file with --config`
        : `${path}: cannot be read; name an OpenAPI document and --upstream, or another file with --config`,
      cause,
    );
  }
  return configFile(path, { env });
}

/** @throws ConfigError if a URL has no document: there would be nothing to serve */
async function configOf(services: readonly NamedService[], env: Environment): Promise<GatewayConfig> {
  await Promise.all(
    services.filter(({ document }) => isUrl(document)).map(({ document }) => readSource(document)),
  );
  const entries = services.map(({ name, document, url }) => [
    name,
    { document, ...(url === undefined ? { upstream: 'mock' } : { url }) },
  ]);
  const urls = services.flatMap(({ name, url }) => (url === undefined ? [] : [[name, url]]));
  return parseGatewayConfig(
    JSON.stringify({ services: Object.fromEntries(entries) }),
    'command line',
    // The command line overrides environment variables such as API_URL.
    { env, urls: Object.fromEntries(urls) },
  );
}
