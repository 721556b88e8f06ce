/**
 * A service's OpenAPI document from its file or URL, YAML or JSON. One that is missing or broken is one line that
 * names place, line and mend; what stands in it is judged where it is used.
 */

import { CORE_SCHEMA, load } from 'js-yaml';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { LineCounter, parseDocument } from 'yaml';
import { ConfigError } from '../config/config-error.ts';
import type { ServiceConfig } from '../config/gateway-yaml.ts';
import type { Source } from '../config/source.ts';
import type { ServiceDocument } from '../hypermedia/graph.ts';
import { isObject } from './document/grammar.ts';
import { liftDocuments } from './document/lift.ts';
import { applyOverlay } from './document/overlay.ts';
import { renamePaths } from './document/rename-paths.ts';
import { upgrade } from './document/upgrade.ts';
import { readSource } from './reload/read-source.ts';

export type ServicePlaces = Pick<ServiceConfig, 'name' | 'document' | 'overlays' | 'paths' | 'prefix'>;

/** Told once for every action of an overlay that changes nothing. */
export type OnIdle = (message: string) => void;

/** Where the texts of a service's document are: first its own, then those of its overlays. */
export const placesOf = ({ document, overlays }: ServicePlaces): string[] => [document, ...overlays];

/** The documents of all services as they stand behind this gateway, in the order of its configuration. */
export const readDocuments = async (
  services: readonly ServicePlaces[],
  onIdle: OnIdle,
): Promise<ServiceDocument[]> =>
  liftDocuments(
    await Promise.all(
      services.map(async (service) => ({
        name: service.name,
        document: await readDocument(service, onIdle),
      })),
    ),
  );

/** @throws ConfigError in one line */
export async function readDocument(service: ServicePlaces, onIdle: OnIdle): Promise<OpenAPIObject> {
  const sources = await Promise.all(placesOf(service).map(readSource));
  return documentFrom(service, sources, onIdle);
}

/**
 * One service's document with what its overlays change, in the dialect of 3.1, its paths under their public names.
 *
 * @param sources of `placesOf`
 * @throws ConfigError in one line
 */
export function documentFrom(
  { name, paths, prefix }: ServicePlaces,
  [source, ...overlays]: readonly Pick<Source, 'place' | 'text'>[],
  onIdle: OnIdle,
): OpenAPIObject {
  const { place, text } = source as Source;
  let document = parseFile(text, place);
  for (const overlay of overlays) {
    const parsed = parseFile(overlay.text, overlay.place);
    const applied = applyOverlay(document as OpenAPIObject, parsed, overlay.place);
    document = applied.document;
    for (const target of applied.idle) onIdle(`${overlay.place}: ${target} finds nothing in ${place}`);
  }
  return renamePaths(name, openApi(document, place), paths, prefix);
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

function parseFile(text: string, file: string): unknown {
  return parseJson(text) ?? parsePlainYaml(text) ?? parseYaml(text, file);
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

/** Four times as fast as the one that knows lines, which also bounds what aliases multiply. */
function parsePlainYaml(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA, maxAliases: 0 });
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
