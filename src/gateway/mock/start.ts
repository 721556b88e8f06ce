/** Starts the mocks of a gateway, each on a loopback port of its own, so that they are called like any service. */
import type { ServiceConfig } from '../../config/yaml/gateway-yaml.ts';
import { listen } from '../../http/server/listen.ts';
import { runInSlices } from '../../openapi/incremental.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { mockInSteps } from './mock.ts';

interface Mocks {
  /** The configuration, with the places of the mocks. */
  readonly services: readonly ServiceConfig[];
  close(): Promise<void>;
}

export async function startMocks(
  services: readonly ServiceConfig[],
  documents: readonly ServiceDocument[],
  onFault: (service: string, fault: DocumentFault) => void,
): Promise<Mocks> {
  const closes: (() => Promise<void>)[] = [];
  const placed: ServiceConfig[] = [];
  for (const service of services) {
    if (!service.isMock) {
      placed.push(service);
      continue;
    }
    const app = await runInSlices(
      mockInSteps(service.name, documents, (fault) => onFault(service.name, fault)),
    );
    const { url, close } = await listen(app, { port: 0, host: '127.0.0.1' });
    closes.push(close);
    // Its document has the paths that callers see, and none that a health check asks for.
    placed.push({ ...service, urls: [url], base: service.prefix, health: undefined });
  }
  return {
    services: placed,
    close: async () => {
      for (const close of closes) await close();
    },
  };
}
