/**
 * `routes`: prints the operations of the services in `gateway.yaml` by method and path, what they require, and whether
 * the gateway enforces it.
 */
import { dirname, resolve } from 'node:path';
import { readSettings } from '../config/settings.ts';
import { loadGatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { readDocuments } from '../gateway/documents/read-document.ts';
import { compileOperations } from '../gateway/operation.ts';
import { createRouter } from '../gateway/routing/router.ts';
import { type RequiredCredentials, requiredCredentials } from '../gateway/security/required-credentials.ts';
import type { Command } from './command.ts';

export const routes: Command = {
  usage: 'routes [GATEWAY_YAML]',
  about: 'print the table of routes, and what each of them requires',
  async run([file = readSettings(process.env).GATEWAY_CONFIG]) {
    const config = loadGatewayConfig(file, { env: process.env, ignoresMissing: true });
    const services = await readDocuments(config.services, { root: dirname(resolve(file)) });
    const compiled = services.map((service) => ({
      operations: compileOperations({ service: service.name, document: service.document }),
      credentialsOf: requiredCredentials(service, config),
    }));
    createRouter(compiled.flatMap(({ operations }) => operations));
    const table = compiled
      .flatMap(({ operations, credentialsOf }) =>
        operations.map((operation) => {
          const { method, path, service, operationId } = operation;
          return { method, path, service, operationId, ...credentialsOf(operation) };
        }),
      )
      .toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
    const rows = table.map(({ method, path, service, operationId, requires, enforcement }) => [
      method,
      path,
      service,
      operationId,
      requires,
      ENFORCEMENT_TEXTS[enforcement],
    ]);
    return { json: table, lines: alignColumns(rows), isGood: true };
  },
};

const ENFORCEMENT_TEXTS: Readonly<Record<RequiredCredentials['enforcement'], string>> = {
  none: '',
  off: 'not enforced',
  observe: 'observed',
  on: 'enforced',
  refused: 'always 503: cannot be verified',
};

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
