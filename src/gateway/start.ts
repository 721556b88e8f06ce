/** Puts a gateway together from its configuration and lets it listen. */
import type { GatewayConfig } from '../config/gateway-yaml.ts';
import { type Listening, listen } from '../http/listen.ts';
import type { Log } from '../http/log.ts';
import { closeTargets, createTargets } from '../outbound/targets.ts';
import { createGateway } from './app.ts';
import { mergeDocuments } from './document/merge.ts';
import { renamePaths } from './document/rename-paths.ts';
import { createPages } from './pages/pages.ts';
import { samplePath } from './pages/sample.ts';
import { readDocument } from './read-document.ts';

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
  const { config, port, host, log } = options;
  const services = config.services.map(({ name, document, paths }) => ({
    name,
    document: renamePaths(name, readDocument(document), paths),
  }));
  const targets = createTargets(config.services);
  let draining = false;
  const pages = createPages({
    services,
    merged: mergeDocuments(services),
    status: () => [...targets.values()].map((target) => target.snapshot()),
    ready: () => !draining,
  });
  const documents = new Map(services.map(({ name, document }) => [name, document]));
  const app = createGateway({ config, documents, targets, log, pages });
  const { url, close } = await listen(app, { port, host });
  return {
    url,
    sample: samplePath(services),
    close: async () => {
      draining = true;
      await close();
      await closeTargets(targets);
      log.flush();
    },
  };
};
