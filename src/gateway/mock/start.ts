/** Starts the mock servers of a gateway on separate loopback ports, so that they are called like any service. */
import type { ServiceConfig } from '../../config/yaml/gateway-yaml.ts';
import { listen } from '../../http/server/listen.ts';
import { runInSlices } from '../../openapi/incremental.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { mockInSteps } from './mock.ts';

interface Mocks {
  /** The services, with the URLs of the mock servers. */
  readonly services: readonly ServiceConfig[];
  close(): Promise<void>;
}

export async function startMocks(
  services: readonly ServiceConfig[],
  documents: readonly ServiceDocument[],
  onFault: (service: string, fault: DocumentFault) => void,
  isEnforced?: (service: string) => boolean,
): Promise<Mocks> {
  const closes: (() => Promise<void>)[] = [];
  const resolved: ServiceConfig[] = [];
  for (const service of services) {
    if (!service.isMock) {
      resolved.push(service);
      continue;
    }
    const app = await runInSlices(
      mockInSteps(service.name, documents, (fault) => onFault(service.name, fault), isEnforced),
    );
    const { url, close } = await listen(app, { port: 0, host: '127.0.0.1' });
    closes.push(close);
    // The mock server uses the public paths, and has no health endpoint.
    resolved.push({ ...service, urls: [url], base: service.prefix, health: undefined });
  }
  return {
    services: resolved,
    close: async () => {
      for (const close of closes) await close();
    },
  };
}
