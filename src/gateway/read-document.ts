/**
 * A service's OpenAPI document from its file, YAML or JSON. One that is missing or broken is one line that
 * names file, line and mend; what stands in it is judged where it is used.
 */
import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { LineCounter, parseDocument } from 'yaml';
import { ConfigError } from '../config/config-error.ts';
import type { ServiceConfig } from '../config/gateway-yaml.ts';
import type { ServiceDocument } from '../hypermedia/graph.ts';
import { isObject } from './document/grammar.ts';
import { liftDocuments } from './document/lift.ts';
import { applyOverlay } from './document/overlay.ts';
import { renamePaths } from './document/rename-paths.ts';
import { upgrade } from './document/upgrade.ts';

type ServiceFiles = Pick<ServiceConfig, 'name' | 'document' | 'overlays' | 'paths' | 'prefix'>;

/** Told once for every action of an overlay that changes nothing. */
type OnIdle = (message: string) => void;

/** The documents of all services as they stand behind this gateway, in the order of its configuration. */
export const readDocuments = (services: readonly ServiceFiles[], onIdle: OnIdle): ServiceDocument[] =>
  liftDocuments(services.map((service) => ({ name: service.name, document: readDocument(service, onIdle) })));

/** One service's document with what its overlays change, in the dialect of 3.1, its paths under their public names. */
export function readDocument(
  { name, document: file, overlays, paths, prefix }: ServiceFiles,
  onIdle: OnIdle,
): OpenAPIObject {
  let document = parseFile(textOf(file, "name the service's OpenAPI document in gateway.yaml"), file);
  for (const overlay of overlays) {
    const parsed = parseFile(textOf(overlay, 'name the overlay in gateway.yaml'), overlay);
    const applied = applyOverlay(document as OpenAPIObject, parsed, overlay);
    document = applied.document;
    for (const target of applied.idle) onIdle(`${overlay}: ${target} finds nothing in ${file}`);
  }
  return renamePaths(name, openApi(document, file), paths, prefix);
}

export const parseOpenApi = (text: string, file: string): OpenAPIObject =>
  openApi(parseFile(text, file), file);

/** @throws ConfigError in one line, for what is none */
function openApi(document: unknown, file: string): OpenAPIObject {
  if (!isObject(document)) throw new ConfigError(`${file}:1: expected an OpenAPI document, found no object`);
  const version = String(document.openapi ?? document.swagger ?? 'nothing');
  if (!/^(?:3\.[012]\.|2\.0$)/.test(version))
    throw new ConfigError(
      `${file}:1: openapi: expected a version 3.x or 2.0, found ${version}; convert the document`,
    );
  if (!isObject(document.paths ?? {})) throw new ConfigError(`${file}: paths: expected an object of paths`);
  return upgrade(document) as unknown as OpenAPIObject;
}

function textOf(file: string, mend: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${file}: cannot be read; ${mend}`, cause);
  }
}

function parseFile(text: string, file: string): unknown {
  return parseJson(text) ?? parseYaml(text, file);
}

/** Forty times as fast as YAML, of which JSON is a part; what is broken is for the parser that knows lines. */
function parseJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = yaml.errors;
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new ConfigError(`${file}:${line}:${col}: neither YAML nor JSON: ${broken.message}`);
  }
  return yaml.toJS();
}
