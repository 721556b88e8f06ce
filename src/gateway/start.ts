/** Puts a gateway together from its configuration and lets it listen. */
import type { GatewayConfig } from '../config/gateway-yaml.ts';
import { type Listening, listen } from '../http/listen.ts';
import type { Log } from '../http/log.ts';
import { closeTargets, createTargets } from '../outbound/targets.ts';
import { createGateway } from './app.ts';
import type { DocumentFault } from './document/fault.ts';
import { mergeDocuments } from './document/merge.ts';
import { startMocks } from './mock/start.ts';
import { createPages } from './pages/pages.ts';
import { samplePath } from './pages/sample.ts';
import { readDocuments } from './read-document.ts';

/** Of one service, shown at once. */
const MOST_FAULTS = 20;

export interface StartGatewayOptions {
  readonly config: GatewayConfig;
  readonly port: number;
  readonly host: string;
  readonly log: Log;
}

export interface StartedGateway extends Listening {
  /** Path and query of a request worth copying. */
  readonly sample: string;
}

/** @throws ConfigError when a document is broken or the port is taken */
export const startGateway = async (options: StartGatewayOptions): Promise<StartedGateway> => {
  const { port, host, log } = options;
  const services = readDocuments(options.config.services, (message) => log.logger.warn(message));
  const mocks = await startMocks(options.config.services, services);
  const config = { ...options.config, services: mocks.services };
  const targets = createTargets(config.services);
  const dropped = new Map<string, number>();
  const onDroppedLink = (service: string) => dropped.set(service, (dropped.get(service) ?? 0) + 1);
  const faults = new Map<string, readonly DocumentFault[]>();
  const onFault = (service: string, fault: DocumentFault) => {
    faults.set(service, [...(faults.get(service) ?? []), fault].slice(-MOST_FAULTS));
    log.logger.warn({ service, ...fault }, 'the document has a fault');
  };
  let draining = false;
  const pages = createPages({
    services,
    merged: mergeDocuments(services),
    status: () =>
      [...targets.values()].map((target) => ({
        ...target.snapshot(),
        droppedLinks: dropped.get(target.name) ?? 0,
        faults: faults.get(target.name) ?? [],
      })),
    ready: () => !draining,
  });
  const documents = new Map(services.map(({ name, document }) => [name, document]));
  const app = createGateway({ config, documents, targets, log, pages, onDroppedLink, onFault });
  const { url, close } = await listen(app, { port, host });
  return {
    url,
    sample: samplePath(services),
    close: async () => {
      draining = true;
      await close();
      await closeTargets(targets);
      await mocks.close();
      log.flush();
    },
  };
};
