/** Puts a gateway together from its configuration and lets it listen. */
import type { GatewayConfig } from '../config/gateway-yaml.ts';
import { type Listening, listen } from '../http/listen.ts';
import type { Log } from '../http/log.ts';
import { closeTargets, createTargets } from '../outbound/targets.ts';
import { createGateway } from './app.ts';
import { readDocument } from './read-document.ts';

export interface StartGatewayOptions {
  readonly config: GatewayConfig;
  readonly port: number;
  readonly host: string;
  readonly log: Log;
}

/** @throws ConfigError when a document is broken or the port is taken */
export const startGateway = async ({ config, port, host, log }: StartGatewayOptions): Promise<Listening> => {
  const documents = new Map(config.services.map(({ name, document }) => [name, readDocument(document)]));
  const targets = createTargets(config.services);
  const app = createGateway({ config, documents, targets, log });
  const { url, close } = await listen(app, { port, host });
  return {
    url,
    close: async () => {
      await close();
      await closeTargets(targets);
      log.flush();
    },
  };
};
