/** `routes`: prints the operations of the services in `gateway.yaml` by method and path. */
import { dirname, resolve } from 'node:path';
import { readSettings } from '../config/settings.ts';
import { loadGatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { readDocuments } from '../gateway/documents/read-document.ts';
import { compileOperations } from '../gateway/operation.ts';
import { createRouter } from '../gateway/routing/router.ts';
import type { Command } from './command.ts';

export const routes: Command = {
  usage: 'routes [GATEWAY_YAML]',
  about: 'print the table of routes',
  async run([file = readSettings(process.env).GATEWAY_CONFIG]) {
    const { services } = loadGatewayConfig(file, { env: process.env, ignoresMissing: true });
    const operations = (await readDocuments(services, { root: dirname(resolve(file)) })).flatMap(
      ({ name, document }) => compileOperations({ service: name, document }),
    );
    createRouter(operations);
    const table = operations
      .map(({ method, path, service, operationId }) => ({ method, path, service, operationId }))
      .toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
    const width = (name: 'method' | 'path' | 'service') =>
      Math.max(...table.map((row) => row[name].length), 0);
    const widths = [width('method'), width('path'), width('service')] as const;
    return {
      json: table,
      lines: table.map(
        ({ method, path, service, operationId }) =>
          `${method.padEnd(widths[0])}  ${path.padEnd(widths[1])}  ${service.padEnd(widths[2])}  ${operationId}`,
      ),
      isGood: true,
    };
  },
};
